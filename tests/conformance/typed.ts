// A program over generated types: fields, enums, nulls and variables are all checked by the compiler.
import { print } from "graphql";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { CustomersDocument, ElsewhereDocument, SubmitDocument } from "./build/codegen/client/graphql.js";
import type { CustomersQuery, CustomersQueryVariables, SubmitMutationVariables } from "./build/codegen/client/graphql.js";
import type { CustomerKey, Query } from "./build/codegen/types.js";

export const byId: CustomerKey = { id: "cus_00000000000000000000000000000000" };
export const locale = (root: Query): string => root.viewer.locale;
export const more = (answer: CustomersQuery): boolean => answer.customers.pageInfo.hasNextPage;

interface Answer<Result> {
  data: Result | null;
  errors?: { message: string; extensions: { code: string } }[];
}

async function ask<Result, Variables>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  const authorization = `Bearer ${process.env.CONFORMANCE_TOKEN}`;
  const response = await fetch(process.env.CONFORMANCE_URL!, {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": "sv", authorization },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return (await response.json()) as Answer<Result>;
}

export const Customers = (variables: CustomersQueryVariables) => ask(CustomersDocument, variables);
export const Submit = (variables: SubmitMutationVariables) => ask(SubmitDocument, variables);
export const Elsewhere = () => ask(ElsewhereDocument, {});
