"""X11 requests that python-xlib lacks and both programs make: images in shared memory. Only on Linux."""
