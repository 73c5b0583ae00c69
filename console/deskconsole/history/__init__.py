"""The history of statistics: what each host's streams cost on each day, kept beyond the program's end."""
