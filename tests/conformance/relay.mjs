// relay-runtime runs what relay-compiler made: its store must join the pages of a connection by itself.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import relay from "relay-runtime";
import { authorization, check, hold, report, swedish, url } from "./checks.mjs";

const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery } = relay;

await check("relay-compiler compiles", async () => {
  mkdirSync("build/relay", { recursive: true });
  const done = spawnSync("node_modules/.bin/relay-compiler", ["relay.config.json"], { encoding: "utf8" });
  hold(done.status === 0, done.stdout + done.stderr);
});
await check("what it made is up to date", async () => {
  const done = spawnSync("node_modules/.bin/relay-compiler", ["--validate", "relay.config.json"], { encoding: "utf8" });
  hold(done.status === 0, done.stdout + done.stderr);
});

const made = async (name) => (await import(`./build/relay/${name}.graphql.js`)).default;

async function fetchFunction(request, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...authorization, ...swedish, "content-type": "application/json" },
    body: JSON.stringify({ query: request.text, operationName: request.name, variables }),
  });
  return response.json();
}

const environment = new Environment({ network: Network.create(fetchFunction), store: new Store(new RecordSource()) });
const connection = () => environment.getStore().getSource().get("client:root:__Relay_customers_connection");
const read = (id) => environment.getStore().getSource().get(id);

await check("list", async () => {
  await fetchQuery(environment, await made("RelayCustomersQuery"), {}).toPromise();
  hold(connection()?.edges.__refs.length === 2, Object.keys(environment.getStore().getSource().toJSON()));
});
await check("page", async () => {
  const query = await made("RelayCustomersPageQuery");
  for (let info = read(connection().pageInfo.__ref); info.hasNextPage; info = read(connection().pageInfo.__ref)) {
    await fetchQuery(environment, query, { first: 2, after: info.endCursor }).toPromise();
  }
  const accounts = connection().edges.__refs.map((ref) => read(read(ref).node.__ref).account);
  hold(accounts.join() === "c1,c2,c3,c4,c5", accounts.join());
});
await check("read one again by its id", async () => {
  const id = read(connection().edges.__refs[0]).node.__ref;
  await fetchQuery(environment, await made("RelayRowQuery"), { id }).toPromise();
  hold(read(id).account === "c1", read(id));
});

const submit = async (account) => {
  const mutation = await made("RelaySubmitMutation");
  const key = `relay-${account}-${Date.now()}`;
  const amount = { amount: "1000.00", currency: "SEK" };
  const input = { idempotencyKey: key, company: "SE01", number: key, account, amount };
  return new Promise((onCompleted, onError) => {
    commitMutation(environment, { mutation, variables: { input }, onCompleted, onError });
  });
};

await check("change", async () => {
  const { submitSalesOrder } = await submit("c2");
  hold(submitSalesOrder.salesOrder.amount.formatted === "1\u00a0000,00\u00a0kr", submitSalesOrder);
});
await check("a localized no, as data", async () => {
  const { submitSalesOrder } = await submit("nobody");
  const [no] = submitSalesOrder.errors;
  hold(no.code === "NOT_FOUND" && /kund/i.test(no.message), submitSalesOrder);
});
await check("a localized error", async () => {
  const query = await made("RelayElsewhereQuery");
  const refused = await fetchQuery(environment, query, {}).toPromise().then(() => null, (error) => error);
  const [error] = refused?.source?.errors ?? [];
  hold(error?.extensions.code === "COMPANY_NOT_AVAILABLE" && /bolag/i.test(error.message), String(refused));
});
report("relay-compiler");
