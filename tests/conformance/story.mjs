// What every client does: list, page, change, and read a "no" in Swedish. A client gives `ask(name, variables)`, which
// answers with `{ data, errors }` whatever happened.
import { readFileSync } from "node:fs";
import { authorization, check, hold, url } from "./checks.mjs";

const text = readFileSync(new URL("./operations.graphql", import.meta.url), "utf8");

/** The document of one operation, with the fragments of the file that it uses. */
export function operation(name) {
  const parts = text.split(/^(?=query|mutation|fragment)/m);
  const own = parts.find((part) => part.match(/^(query|mutation) (\w+)/)?.[2] === name);
  const fragments = parts.filter((part) => {
    const fragment = part.match(/^fragment (\w+)/)?.[1];
    return fragment && own.includes(`...${fragment}`);
  });
  return [own, ...fragments].join("\n");
}

const order = (account, number) => ({
  idempotencyKey: `${number}-${Date.now()}-${Math.random()}`,
  company: "SE01",
  number: `${number}-${Date.now()}`,
  account,
  amount: { amount: "1000.00", currency: "SEK" },
});

/** Run the story with one client. */
export async function tell(client, ask) {
  const pages = [];
  await check("list", async () => {
    const { data, errors } = await ask("Customers", { first: 2, after: null });
    hold(!errors?.length, errors);
    hold(data.customers.edges.length === 2 && data.customers.count.value === 5, data);
    pages.push(data.customers);
  });
  await check("page", async () => {
    while (pages.at(-1).pageInfo.hasNextPage) {
      const { data, errors } = await ask("Customers", { first: 2, after: pages.at(-1).pageInfo.endCursor });
      hold(!errors?.length, errors);
      pages.push(data.customers);
    }
    const accounts = pages.flatMap((page) => page.edges.map((edge) => edge.node.account));
    hold(accounts.join() === "c1,c2,c3,c4,c5", accounts.join());
  });
  await check("change", async () => {
    const { data, errors } = await ask("Submit", { input: order("c1", client) });
    hold(!errors?.length, errors);
    const { salesOrder, decision } = data.submitSalesOrder;
    hold(decision.outcome === "PASSED" && salesOrder.amount.formatted === "1\u00a0000,00\u00a0kr", data);
  });
  await check("a localized no, as data", async () => {
    const { data, errors } = await ask("Submit", { input: order("nobody", client) });
    hold(!errors?.length, errors);
    const [no] = data.submitSalesOrder.errors;
    hold(no.code === "NOT_FOUND" && no.path.includes("account") && /kund/i.test(no.message), data);
  });
  await check("a localized error", async () => {
    const { errors } = await ask("Elsewhere", {});
    const [error] = errors ?? [];
    hold(error?.extensions.code === "COMPANY_NOT_AVAILABLE" && /bolag/i.test(error.message), errors);
  });
}

/** Submit orders that are held, until somebody has heard of one: who listens may not have begun when the first is held. */
export async function holdUntil(heard, name) {
  let over = false;
  const ended = heard.then(() => (over = true), () => (over = true));
  for (let turn = 1; !over; turn += 1) {
    const input = { ...order("c4", `${name} ${turn}`), amount: { amount: "900000.00", currency: "SEK" } };
    const body = JSON.stringify({ query: operation("Submit"), variables: { input } });
    await fetch(url, { method: "POST", headers: { ...authorization, "content-type": "application/json" }, body });
    await Promise.race([ended, new Promise((later) => setTimeout(later, 500))]);
  }
}
