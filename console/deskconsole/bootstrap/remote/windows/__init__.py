"""Modules that are sent to Windows hosts; our Python runs them there."""
