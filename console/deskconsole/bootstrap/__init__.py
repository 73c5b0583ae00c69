"""Brings the agent to a host over SSH and takes it away again: probe, deploy, launch, remove."""
