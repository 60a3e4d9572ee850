// What the compiler must refuse.
import type { CustomersQuery } from "./build/codegen/client/graphql.js";
import type { CustomerKey } from "./build/codegen/types.js";

export const wrong = (answer: CustomersQuery) => answer.customers.shoeSize;
export const twoWays: CustomerKey = {
  id: "cus_00000000000000000000000000000000",
  number: { company: "SE01", account: "c1" },
};
