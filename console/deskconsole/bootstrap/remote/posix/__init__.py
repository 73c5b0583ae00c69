"""Modules and a script that are sent to POSIX hosts."""
