"""Modules that are sent to Windows hosts; a Python of ours runs them there."""
