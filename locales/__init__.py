"""Words: which language a reader gets, and how messages, money, dates and numbers are written in it."""
