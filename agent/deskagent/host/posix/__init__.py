"""POSIX hosts: the agent is a process of the user who logs in over SSH."""
