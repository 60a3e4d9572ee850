"""Shapes: how each GraphQL type is read, one file a noun."""
