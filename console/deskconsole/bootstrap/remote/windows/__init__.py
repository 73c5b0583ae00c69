"""Scripts for Windows hosts: their own Python runs them; nothing of the console is there."""
