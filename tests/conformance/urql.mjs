// urql, whose Accept lists server-sent events beside JSON.
import { Client, fetchExchange } from "@urql/core";
import { authorization, report, swedish, url } from "./checks.mjs";
import { operation, tell } from "./story.mjs";

const client = new Client({
  url,
  exchanges: [fetchExchange],
  preferGetMethod: false,
  fetchOptions: { headers: { ...authorization, ...swedish } },
});

async function ask(name, variables) {
  const document = operation(name);
  const asked = document.startsWith("mutation")
    ? client.mutation(document, variables)
    : client.query(document, variables, { requestPolicy: "network-only" });
  const { data, error } = await asked.toPromise();
  if (error?.networkError) throw error.networkError;
  return { data, errors: error?.graphQLErrors };
}

await tell("urql", ask);
report("@urql/core");
