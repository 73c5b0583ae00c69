"""The pop-out window: a process of its own, because highgui ends a process that has no display.

`process.Viewer` is the console's side; everything else here runs in the window's process.
"""
