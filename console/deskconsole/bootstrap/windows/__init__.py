"""Windows hosts: a Python runtime is uploaded first, and a scheduled task starts the agent."""
