"""The command line and composition root: every command puts the parts together and holds no logic of its own."""
