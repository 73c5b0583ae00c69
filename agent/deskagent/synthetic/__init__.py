"""The synthetic desktop as a host: with an input device, a clipboard and a sign."""
