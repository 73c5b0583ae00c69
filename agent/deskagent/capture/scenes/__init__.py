"""What the synthetic desktop shows: letters, wallpaper, windows, and the scripts that move them.

Everything here is a pure function of its arguments; what is dear to draw is kept in bounded caches.
"""
