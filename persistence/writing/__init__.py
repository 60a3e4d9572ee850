"""What mutations write, one file a noun: lock, load, decide, append."""
