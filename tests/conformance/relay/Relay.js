// What relay-compiler compiles: a list that goes on, with its fragment, a change, and a query that is refused.
import { graphql } from "relay-runtime";

graphql`
  fragment Relay_customers on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" })
  @refetchable(queryName: "RelayCustomersPageQuery") {
    customers(first: $first, after: $after, where: { companies: ["SE01"] }, orderBy: [{ field: ACCOUNT }])
      @connection(key: "Relay_customers", filters: []) {
      edges {
        node {
          ...Relay_row
        }
      }
    }
  }
`;

graphql`
  fragment Relay_row on Customer @refetchable(queryName: "RelayRowQuery") {
    account
    name
    company {
      code
    }
  }
`;

graphql`
  query RelayCustomersQuery {
    ...Relay_customers
  }
`;

graphql`
  mutation RelaySubmitMutation($input: SubmitSalesOrderInput!) {
    submitSalesOrder(input: $input) {
      salesOrder {
        id
        status
        amount {
          formatted
        }
      }
      decision {
        id
        outcome
      }
      errors {
        code
        message
        path
      }
    }
  }
`;

graphql`
  query RelayElsewhereQuery {
    customers(first: 1, where: { companies: ["XX99"] }) {
      nodes {
        id
      }
    }
  }
`;
