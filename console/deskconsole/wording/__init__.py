"""The sentences of events and findings. An error keeps its own where it is raised."""
