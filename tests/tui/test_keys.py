"""The keys by their names: the help and the palette, made from the bindings."""

from __future__ import annotations

from textual.widgets import Static
from textual.widgets._footer import FooterKey

from deskconsole.session.state import SETTLED
from deskconsole.tui.widgets.host_table import HostTable
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


async def test_keys_that_cannot_be_used_are_grey_and_stay_the_same_widgets(running: Running) -> None:
    """All of them made again for another host cost 50 ms of CPU a key."""
    fleet = laboratory()
    async with running(fleet) as pilot:
        await until(
            pilot, lambda: any(key.action == "disconnect" for key in pilot.app.screen.query(FooterKey))
        )
        keys = list(pilot.app.screen.query(FooterKey))

        def grey() -> set[str]:
            return {key.action for key in keys if key.has_class("-disabled")}

        await until(pilot, lambda: "connect" in grey() and "disconnect" not in grey())  # it is live
        settled = next(host.name for host in fleet.hosts if fleet.snapshots()[host.name].state in SETTLED)
        pilot.app.screen.query_one(HostTable).select(settled)
        await until(pilot, lambda: "disconnect" in grey() and "connect" not in grey())
        assert list(pilot.app.screen.query(FooterKey)) == keys
