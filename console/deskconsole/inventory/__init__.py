"""The hosts and the file that holds them."""
