"""Results of commands as structs: what `--json` prints."""
