"""A host examined step by step: what works on the way to its desktop, and the first thing that does not."""

from .findings import Finding, Outcome

__all__ = ["Finding", "Outcome"]
