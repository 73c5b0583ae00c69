"""The desktop's picture as it is kept: what changed on it, and what only moved."""
