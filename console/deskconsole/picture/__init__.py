"""A desktop's picture in memory, and the decoders that draw on it."""
