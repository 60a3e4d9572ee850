"""Figures about payment. Every one names its method, window, inputs and as-of day."""
