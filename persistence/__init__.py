"""Keeping: rows in, facts out. All SQL lives here."""
