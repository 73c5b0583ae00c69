"""An injector that hands keys on by their positions."""

from __future__ import annotations

from deskagent.input.device import InputDevice
from deskwire.control import ChordName, Key


class PlainInjector:
    """Does what a device can, in the plainest way."""

    def __init__(self, device: InputDevice) -> None:
        self._device = device
        self._down: set[object] = set()
        self.move = device.move
        self.wheel = device.wheel
        self.close = device.close
        self.type = device.write

    @property
    def held(self) -> bool:
        return bool(self._down)

    def begin(self) -> None:
        pass

    def end(self) -> None:
        self.release_all()

    def key(self, key: Key, /) -> None:
        self._device.press(key.code, down=key.down)
        (self._down.add if key.down else self._down.discard)(key.code)

    def button(self, number: int, /, *, down: bool, x: int, y: int) -> None:
        self._device.button(number, down=down, x=x, y=y)
        (self._down.add if down else self._down.discard)((number,))

    def chord(self, name: ChordName, /) -> None:
        self._device.chord(name)

    def release_all(self) -> None:
        self._device.release_all()
        self._down.clear()
