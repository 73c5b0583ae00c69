"""What the system says of the desktop that the agent lives on. No pixels: those are capture's."""
