"""Sessions: one host's connection with all its attempts, its state and figures; the fleet of them."""
