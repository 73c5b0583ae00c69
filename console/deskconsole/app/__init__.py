"""What both faces, and every other program, get from the console: results as plain structs."""
