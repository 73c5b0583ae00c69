"""The article's own sender, for receivers that speak only its packets."""
