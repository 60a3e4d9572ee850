"""The stopwatch: a generated group of companies, other ways to answer the same questions, and the ratios to them."""
