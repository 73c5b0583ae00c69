"""The keys by their names: the help and the palette, made from the bindings."""

from __future__ import annotations

from textual.widgets import Static

from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import screen_text, until, until_shown


async def test_help_lists_the_keys_of_the_screen(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        text = "\n".join(str(static.render()) for static in pilot.app.screen.query(Static))
        for words in (
            "Open the desktop in a window",
            "Compare the host's picture with ours",
            "- del",
            "Filter",
            "f1 ?",
            "^p",
        ):
            assert words in text
        assert "Scroll Left" not in text
        assert "Page Right" not in text
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "^p Menu" in screen_text(pilot).splitlines()[-1])
        await pilot.press("f1")
        await until_shown(pilot, "End the session; the host stays listed")


async def test_the_palette_knows_what_the_keys_do(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("ctrl+p", *"exactness")
        await until_shown(pilot, "Compare the host's picture with ours")
        await pilot.press("enter")
        await until(pilot, lambda: fleet.asked == [("check", "lab-01")])
