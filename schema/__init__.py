"""The door: GraphQL types, queries and mutations. A resolver asks, persistence and domain answer."""
