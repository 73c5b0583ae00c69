"""Recordings: a host's stream as it came, kept in a file with times, and shown again."""
