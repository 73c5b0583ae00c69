"""The colours: dark and sober, told apart by the colour-blind (after Okabe and Ito), never alone."""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="deskconsole",
    primary="#56b4e9",
    secondary="#3d6f8f",
    accent="#9fb8d0",
    foreground="#d5dae0",
    background="#12161b",
    surface="#171c22",
    panel="#1f262e",
    success="#2fbf8f",
    warning="#e6a532",
    error="#ef7a54",
    dark=True,
    variables={
        "footer-background": "#1a2027",
        "footer-key-foreground": "#9fb8d0",
        "footer-description-foreground": "#8a949e",
        "input-selection-background": "#3d6f8f 60%",
    },
)
