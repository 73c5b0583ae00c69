"""The demo: three hosts inside this process, reached over real SSH on loopback."""
