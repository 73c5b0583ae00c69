"""The host's clipboard: text, on request."""
