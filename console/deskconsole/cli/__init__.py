"""The command line and composition root: commands put the parts together and hold no logic of their own."""
