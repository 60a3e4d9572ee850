// The audits of GraphQL over HTTP, asked as a browser's client would: signed in, with the header that forces a preflight.
import { serverAudits } from "graphql-http";
import { authorization, check, hold, report, url } from "./checks.mjs";

const fetchFn = (input, init = {}) => {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(authorization)) headers.set(name, value);
  headers.set("graphql-require-preflight", "1");
  return fetch(input, { ...init, headers });
};

for (const audit of serverAudits({ url, fetchFn })) {
  await check(`${audit.id} ${audit.name}`, async () => {
    const found = await audit.fn();
    hold(found.status === "ok", `${found.status}: ${found.reason}`);
  });
}
report("graphql-http");
