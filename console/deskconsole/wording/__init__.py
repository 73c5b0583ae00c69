"""The sentences that users read, made from facts. Both faces take them from here."""
