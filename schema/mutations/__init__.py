"""Mutations, one file a family. A resolver says which right it needs and which action it asks for, no more."""
