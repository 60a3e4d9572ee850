"""Answers that go on: subscriptions over WebSocket (graphql-transport-ws) and over server-sent events."""
