"""The use cases, once: plain functions and results for the commands, the console and the demo."""
