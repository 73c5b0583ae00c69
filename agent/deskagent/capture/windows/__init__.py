"""Windows: desktop duplication, and what the system says of the session (locked, disconnected)."""
