"""Brings the agent to a host over SSH and takes it away again: probe, deploy, launch, remove.

It imports nothing by itself: the TUI needs only `progress`, and would wait half a second for the rest.
"""
