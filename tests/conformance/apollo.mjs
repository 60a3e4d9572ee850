// Apollo Client, with its cache and its links as a web page has them.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { authorization, report, swedish, url } from "./checks.mjs";
import { operation, tell } from "./story.mjs";

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new HttpLink({ uri: url, headers: { ...authorization, ...swedish } }),
});

async function ask(name, variables) {
  const document = gql(operation(name));
  const changes = document.definitions[0].operation === "mutation";
  const { data, error } = changes
    ? await client.mutate({ mutation: document, variables, errorPolicy: "all" })
    : await client.query({ query: document, variables, errorPolicy: "all", fetchPolicy: "network-only" });
  if (error && !CombinedGraphQLErrors.is(error)) throw error;
  return { data, errors: error?.errors };
}

await tell("apollo", ask);
report("@apollo/client");
