"""Windows as both programs need it: its functions in one table, and what its own commands print."""
