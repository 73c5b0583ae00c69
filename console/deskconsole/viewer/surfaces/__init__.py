"""What the window's picture is drawn on."""
