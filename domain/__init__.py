"""The rules of credit. Standard library only: no clock, no input or output, no framework."""
