"""The Pythons that a runtime may have."""

DEFAULT_PYTHON = "3.13"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Versions for which all of the agent's packages have Windows wheels."""
