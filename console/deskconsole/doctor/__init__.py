"""A host examined step by step: what works on the way to its desktop, and the first thing that does not."""

from .finding import Finding, Outcome

__all__ = ["Finding", "Outcome"]
