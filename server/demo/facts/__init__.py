"""Who is in the demo group and what happened there: made from a day and a size alone, the same on every machine."""
