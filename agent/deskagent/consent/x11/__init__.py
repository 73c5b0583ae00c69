"""The question and the sign on an X desktop, by python-xlib alone: nothing else is sent to hosts."""
