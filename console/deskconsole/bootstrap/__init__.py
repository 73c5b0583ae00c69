"""Brings the agent to a host over SSH and takes it away again: probe, deploy, launch, remove."""

from .deploy import deploy
from .facts import AgentOptions, Deployed, HostFacts, Launched, Removed
from .launch import launch
from .probe import probe
from .progress import Progress
from .remove import remove

__all__ = [
    "AgentOptions",
    "Deployed",
    "HostFacts",
    "Launched",
    "Progress",
    "Removed",
    "deploy",
    "launch",
    "probe",
    "remove",
]
