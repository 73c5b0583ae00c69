"""The server, its links, and what each console is sent next."""
