"""The console: knows the hosts, brings the agent to them over SSH and shows their desktops."""

__version__ = "0.1.0"
