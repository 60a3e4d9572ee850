// Three clients follow credit holds: graphql-ws over a WebSocket, graphql-sse and urql over server-sent events. Each hears,
// in Swedish, of an order that is held meanwhile, and goes on after the last event it had.
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as sse } from "graphql-sse";
import { createClient as ws } from "graphql-ws";
import WebSocket from "ws";
import { authorization, check, hold, report, swedish, url } from "./checks.mjs";
import { holdUntil } from "./story.mjs";

const query = `subscription Holds($after: BigInt) {
  creditHoldChanged(companies: ["SE01"], after: $after) { sequence creditHold { statusLabel order { number } } }
}`;
const PATIENCE = 30_000;

// urql leaves the rejection of a stream that it aborts itself to nobody.
process.on("unhandledRejection", (reason) => {
  if (reason?.name !== "AbortError") throw reason;
});

/** The first event that somebody hears, of an order whose number begins so; then they listen no more. */
function heard(listen, number = "") {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("nothing was heard")), PATIENCE);
    let end = () => {};
    const hear = (data) => {
      if (!data.creditHoldChanged.creditHold.order.number.startsWith(number)) return;
      clearTimeout(late);
      resolve(data.creditHoldChanged);
      end();
    };
    end = listen(hear, reject) ?? end;
  });
}

const sink = (hear, fail) => ({ next: ({ data, errors }) => (data ? hear(data) : fail(errors)), error: fail, complete() {} });

const overSocket = ws({
  url: url.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: authorization.authorization, locale: "sv" },
  retryAttempts: 0,
});
const overEvents = sse({ url, headers: { ...authorization, ...swedish }, retryAttempts: 0 });
const urql = new Client({
  url,
  preferGetMethod: false,
  exchanges: [
    subscriptionExchange({ forwardSubscription: (asked) => ({ subscribe: (to) => ({ unsubscribe: overSocket.subscribe(asked, to) }) }) }),
    fetchExchange,
  ],
});
const urqlOverEvents = new Client({
  url,
  exchanges: [fetchExchange],
  preferGetMethod: false,
  fetchSubscriptions: true,
  fetchOptions: { headers: { ...authorization, ...swedish } },
});
const throughUrql = (client) => (variables) => (hear, fail) => {
  const { unsubscribe } = client.subscription(query, variables).subscribe(({ data, error }) => (data ? hear(data) : fail(error)));
  return unsubscribe;
};

const clients = {
  "graphql-ws": (variables) => (hear, fail) => overSocket.subscribe({ query, variables }, sink(hear, fail)),
  "graphql-sse": (variables) => (hear, fail) => overEvents.subscribe({ query, variables }, sink(hear, fail)),
  "urql over graphql-ws": throughUrql(urql),
  "urql over server-sent events": throughUrql(urqlOverEvents),
};

for (const [name, client] of Object.entries(clients)) {
  let first;
  await check(`${name} hears of an order that is held`, async () => {
    const hearing = heard(client({}), name);
    await holdUntil(hearing, name);
    first = await hearing;
    hold(first.creditHold.statusLabel === "Öppen", first);
  });
  await check(`${name} goes on after the event before`, async () => {
    const after = String(BigInt(first.sequence) - 1n);
    hold((await heard(client({ after }))).sequence === first.sequence, "another event came first");
  });
}
await check("queries go over the same WebSocket", async () => {
  const answer = await new Promise((resolve, reject) => {
    overSocket.subscribe({ query: "{ viewer { locale } }" }, { next: resolve, error: reject, complete() {} });
  });
  hold(answer.data.viewer.locale === "sv", answer);
});
overSocket.dispose();
overEvents.dispose();
report("graphql-ws");
process.exit(0);
