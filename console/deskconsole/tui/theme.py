"""The colours: sober, told apart by the colour-blind (after Okabe and Ito), never alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

DARK: Final = Theme(
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

LIGHT: Final = Theme(
    name="deskconsole-light",
    primary="#0069a8",
    secondary="#8fb4cc",
    accent="#2c5270",
    foreground="#1c2228",
    background="#fbfcfd",
    surface="#f1f4f6",
    panel="#e4e9ee",
    success="#00704f",
    warning="#8f5600",
    error="#b23a0e",
    dark=False,
    variables={
        "footer-background": "#e9eef2",
        "footer-key-foreground": "#2c5270",
        "footer-description-foreground": "#56616b",
        "input-selection-background": "#8fb4cc 60%",
    },
)
"""Each colour has a contrast of at least 4.5 to background, surface and panel."""

TERMINAL: Final = replace(BUILTIN_THEMES["ansi-dark"], name="deskconsole-terminal", accent="ansi_magenta")
"""The sixteen colours that the user chose for the terminal, and its own background."""

THEMES: Final[Mapping[str, Theme]] = MappingProxyType({"dark": DARK, "light": LIGHT, "terminal": TERMINAL})
"""Themes by their names in settings.toml."""
