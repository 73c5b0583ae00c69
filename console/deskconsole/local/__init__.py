"""The local socket: a running console answers commands of the same user on the same machine."""
