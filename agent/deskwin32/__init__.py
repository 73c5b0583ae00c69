"""Windows as both programs need it: its functions, its held files, what its own commands print."""
