"""The question and the sign on a Windows desktop, by ctypes alone: nothing else is sent to hosts."""
