"""The contents of the synthetic desktop: letters, wallpaper, windows, and the scripts that move them.

Everything here is a pure function of its arguments; what is slow to draw is kept in bounded caches.
"""
