"""Acts on the host's desktop: keys, text, pointer."""
