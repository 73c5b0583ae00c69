"""The table of Windows' functions, as far as another system can look at it."""

from __future__ import annotations

import ctypes
import sys

import pytest

from deskagent.capture.windows import system
from deskagent.capture.windows.system import WindowsDesktop
from deskwin32.desktop import be_dpi_aware, virtual_screen

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="about every other system")


def test_elsewhere_nothing_is_answered_and_nothing_breaks() -> None:
    be_dpi_aware()
    with pytest.raises(OSError, match="Windows"):
        WindowsDesktop().answers()
    with pytest.raises(OSError, match="Windows"):
        virtual_screen()


def test_structures_are_laid_out_as_in_windows_headers() -> None:
    assert ctypes.sizeof(system._Guid) == 16
    assert system._PowerBroadcastSetting.data.offset == 20
    # WTSINFOEX_LEVEL1 holds 64-bit times, so it begins at 8 in WTSINFOEX.
    assert system._SessionInfoEx.session.offset == 8
    assert system._SessionInfoEx.state.offset == 12
    assert system._SessionInfoEx.flags.offset == 16


@pytest.mark.parametrize(("kind", "power"), [(0x8013, 0), (0x8013, 2), (4, None)])
def test_a_power_notification_is_believed(kind: int, power: int | None) -> None:
    desktop = WindowsDesktop()
    setting = system._PowerBroadcastSetting(system._Guid(), 4, power or 0)
    assert desktop._subscription.callback(None, kind, ctypes.addressof(setting)) == 0
    assert desktop._power == power
