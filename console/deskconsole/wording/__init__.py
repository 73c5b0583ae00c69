"""The sentences of events, steps and findings. An error keeps its own where it is raised."""
