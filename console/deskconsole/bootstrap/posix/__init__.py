"""Linux hosts: their own Python runs the agent."""
