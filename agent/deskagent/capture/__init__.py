"""Sources of pictures: X11 (x11/), Windows (windows/), mss, synthetic; and the thread that grabs."""
