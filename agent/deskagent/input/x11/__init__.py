"""Pointer and keyboard of an X server."""
