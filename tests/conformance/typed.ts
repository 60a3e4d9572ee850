// A program over generated types: fields, enums, nulls and variables are all checked by the compiler.
import { print } from "graphql";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { CustomersDocument } from "./build/codegen/client/graphql.js";
import type { CustomersQuery } from "./build/codegen/client/graphql.js";
import type { CustomerKey, Query } from "./build/codegen/types.js";

async function ask<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(process.env.CONFORMANCE_URL!, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${process.env.CONFORMANCE_TOKEN}` },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data } = (await response.json()) as { data: Result };
  return data;
}

export const byId: CustomerKey = { id: "cus_00000000000000000000000000000000" };
export const locale = (root: Query): string => root.viewer.locale;

const answer: CustomersQuery = await ask(CustomersDocument, { first: 2 });
const page: boolean = answer.customers.pageInfo.hasNextPage;
if (!page) throw new Error("there are five");
process.stdout.write(`${answer.customers.edges.length}\n`);
