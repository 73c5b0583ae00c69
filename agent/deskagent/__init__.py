"""The capture agent: shipped whole to a host, where it watches a desktop and sends what changed."""

__version__ = "0.1.0"
