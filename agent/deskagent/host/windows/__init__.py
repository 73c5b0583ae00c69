"""Windows hosts: a scheduled task starts the agent in the session of the person at the desktop."""
