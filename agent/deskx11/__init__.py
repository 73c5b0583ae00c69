"""What python-xlib lacks of X11 and the stream needs: images in shared memory, regions. Only on Linux."""
