"""The types of the graph, one file a noun: names and descriptions over the row of a shape."""
