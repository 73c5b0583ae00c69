"""The screen of an X server that tells what changes, and what python-xlib lacks for that. Only on Linux."""
