"""Windows hosts: a Python of ours is brought first, and a task starts the agent."""
