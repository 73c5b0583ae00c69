"""The synthetic desktop as a host's: with a device, a clipboard and a sign of its own."""
