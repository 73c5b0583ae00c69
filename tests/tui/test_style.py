"""The style sheet names widgets that exist: a renamed one would lose its style in silence."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import textual.containers
import textual.screen
import textual.widgets
from textual.message import Message
from textual.widget import Widget

import deskconsole.tui


def test_every_type_in_the_style_sheet_exists() -> None:
    for module in pkgutil.walk_packages(deskconsole.tui.__path__, "deskconsole.tui."):
        importlib.import_module(module.name)
    kinds: list[type[Widget]] = [Widget]
    known = set()
    while kinds:
        kind = kinds.pop()
        known.add(kind.__name__)
        kinds += kind.__subclasses__()
    known |= {*dir(textual.widgets), *dir(textual.containers), "Screen", "ToastRack", "Toast"}
    sheet = (Path(deskconsole.tui.__path__[0]) / "app.tcss").read_text(encoding="utf-8")
    selectors = re.sub(r"/\*.*?\*/|\{[^}]*\}", ";", sheet, flags=re.DOTALL)
    named = set(re.findall(r"(?<![\w.#:$-])[A-Z]\w+", selectors))
    assert named
    assert named <= known


def test_every_handler_is_of_a_message_that_exists() -> None:
    """A message is handled by a method of its class's name: a renamed one would be heard by nobody."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(deskconsole.tui.__path__, "deskconsole.tui.")
    ]
    messages: list[type[Message]] = [Message]
    known = {"on_event"}
    while messages:
        message = messages.pop()
        known.add(getattr(message, "handler_name", ""))
        messages += message.__subclasses__()
    handlers = {
        name
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__.startswith("deskconsole.tui")
        for name in vars(kind)
        if name.startswith("on_")
    }
    assert "on_welcome_pane_chosen" in handlers
    assert handlers <= known
