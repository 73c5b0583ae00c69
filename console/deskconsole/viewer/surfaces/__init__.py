"""The surfaces that a window's picture is drawn on."""
