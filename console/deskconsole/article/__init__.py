"""The article's receiver and its comparison of two pictures."""
