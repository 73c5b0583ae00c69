"""The state of a synthetic desktop that people use: a pure function of what they did to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from deskwire.geometry import Rectangle
from deskwire.keys import ALT, ALTGR, CONTROLS, LOCK_KEYS, SHIFTS, SUPERS

from .actions import Action, ButtonAction, ClipAction, KeyAction, PointerAction, SignAction, TextAction
from .notepad import NotepadPlan, NotepadText
from .us_keyboard import CHARACTERS, LETTERS
from .windows import TITLE_HEIGHT

_CAPS_LOCK: Final = LOCK_KEYS[0x3A]
_ENTER: Final = (0x1C, 0xE01C)
_TAB, _BACKSPACE, _DELETE = 0x0F, 0x0E, 0xE053
_LEFT, _RIGHT, _UP, _DOWN, _HOME, _END = 0xE04B, 0xE04D, 0xE048, 0xE050, 0xE047, 0xE04F


@dataclass(frozen=True, slots=True)
class DeskState:
    """All that people changed."""

    order: tuple[int, ...]
    """The windows from the back to the front."""
    shifts: tuple[tuple[int, int], ...]
    """Pixels to the right and down by which each was dragged."""
    content: NotepadText = field(default_factory=NotepadText)
    clicks: int = 0
    pressed: bool = False
    """The notepad's button is held."""
    grip: tuple[int, int, int] | None = None
    """The window that is dragged, and where it was taken."""
    held: frozenset[int] = frozenset()
    """The keys that are down."""
    buttons: frozenset[int] = frozenset()
    locks: int = 0
    pointer: tuple[int, int] = (0, 0)
    clip: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """The things that stay as they are while people act: the script's places of windows, and the size."""

    windows: tuple[Rectangle | None, ...]
    """None: the window moves without a person and cannot be dragged."""
    notepad: Rectangle
    width: int
    height: int
    """Height of the part above the task bar."""
    opener: Rectangle | None = None
    """The button that opens the notepad, which is closed at first; None: it is open from the beginning."""

    @property
    def notepad_number(self) -> int:
        """Windows are numbered from the back to the front, as they are at the beginning."""
        return len(self.windows)

    def fresh(self) -> DeskState:
        """The state before anything was done."""
        count = self.notepad_number + 1
        return DeskState(tuple(range(count if self.opener is None else count - 1)), ((0, 0),) * count)

    def place(self, state: DeskState, number: int) -> Rectangle | None:
        """The place of a window now."""
        place, (right, down) = self._first_place(number), state.shifts[number]
        return place and place._replace(x=place.x + right, y=place.y + down)

    def plan(self, state: DeskState) -> NotepadPlan:
        """The places of the notepad's parts now."""
        right, down = state.shifts[self.notepad_number]
        return NotepadPlan.of(self.notepad._replace(x=self.notepad.x + right, y=self.notepad.y + down))

    def replay(self, actions: Sequence[Action]) -> DeskState:
        """The state after all of these actions."""
        state = self.fresh()
        for action in actions:
            state = self.after(state, action)
        return state

    def after(self, state: DeskState, action: Action) -> DeskState:
        """The state after one more action."""
        match action:
            case KeyAction():
                return self._key(state, action)
            case TextAction(text):
                return self._write(state, state.content.insert(text))
            case PointerAction(x, y):
                return self._point(state, x, y)
            case ButtonAction(button, down, x, y):
                return self._button(self._point(state, x, y), button, down=down)
            case ClipAction(text):
                return replace(state, clip=text)
            case SignAction(text):
                return replace(state, sign=text)

    def _first_place(self, number: int) -> Rectangle | None:
        return self.notepad if number == self.notepad_number else self.windows[number]

    def _write(self, state: DeskState, content: NotepadText) -> DeskState:
        """The notepad comes to the front, so that what is written is seen."""
        return self._raised(replace(state, content=content), self.notepad_number)

    def _raised(self, state: DeskState, number: int) -> DeskState:
        return replace(state, order=(*(one for one in state.order if one != number), number))

    def _key(self, state: DeskState, action: KeyAction) -> DeskState:
        code, again = action.code, action.code in state.held
        if not action.down:
            return replace(state, held=state.held - {code})
        state = replace(state, held=state.held | {code})
        if code in LOCK_KEYS:
            return state if again else replace(state, locks=state.locks ^ LOCK_KEYS[code])
        if state.held & CONTROLS:
            return self._shortcut(state, CHARACTERS.get((code, 0), ""))
        if state.held & {ALT, ALTGR, *SUPERS}:
            return state
        content = self._edited(state, code)
        return state if content is None else self._write(state, content)

    def _shortcut(self, state: DeskState, letter: str) -> DeskState:
        content = state.content
        if letter == "a":
            return self._write(state, content.select())
        if letter == "v":
            return self._write(state, content.insert(state.clip))
        if letter in ("c", "x") and content.marked:
            state = replace(state, clip=content.text)
            return state if letter == "c" else self._write(state, content.erase(before=True))
        return state

    def _edited(self, state: DeskState, code: int) -> NotepadText | None:
        """The text after a key without Ctrl or Alt; None for a key that does nothing to it."""
        content, columns = state.content, max(1, self.plan(state).columns)
        shift = bool(state.held & SHIFTS) != (code in LETTERS and bool(state.locks & _CAPS_LOCK))
        if (character := CHARACTERS.get((code, int(shift)))) is not None:
            return content.insert(character)
        row, column = content.place(columns)
        if code in _ENTER:
            return content.insert("\n")
        if code == _TAB:
            return content.insert("    ")
        if code in (_BACKSPACE, _DELETE):
            return content.erase(before=code == _BACKSPACE)
        carets = {
            _LEFT: content.caret - 1,
            _RIGHT: content.caret + 1,
            _UP: content.at(row - 1, column, columns),
            _DOWN: content.at(row + 1, column, columns),
            _HOME: content.at(row, 0, columns),
            _END: content.at(row, columns, columns),
        }
        return content.go(carets[code]) if code in carets else None

    def _point(self, state: DeskState, x: int, y: int) -> DeskState:
        state = replace(state, pointer=(x, y))
        if state.grip is None:
            return state
        number, taken_x, taken_y = state.grip
        place = self._first_place(number)
        if place is None:
            return state
        # A part of the title stays within reach.
        left = min(max(x - taken_x, 64 - place.width), max(0, self.width - 64))
        top = min(max(y - taken_y, 0), max(0, self.height - TITLE_HEIGHT))
        shifts = list(state.shifts)
        shifts[number] = left - place.x, top - place.y
        return replace(state, shifts=tuple(shifts))

    def _button(self, state: DeskState, button: int, *, down: bool) -> DeskState:
        changed = {button}
        state = replace(state, buttons=state.buttons | changed if down else state.buttons - changed)
        if button != 1:
            return state
        here = Rectangle(*state.pointer, 1, 1)
        plan = self.plan(state)
        if not down:
            hit = state.pressed and plan.button.common(here) is not None
            return replace(state, grip=None, pressed=False, clicks=state.clicks + hit)
        if self.opener is not None and self.opener.common(here):
            return self._raised(state, self.notepad_number)
        for number in reversed(state.order):
            place = self.place(state, number)
            if place is not None and place.common(here):
                return self._taken(self._raised(state, number), number, place, here)
        return state

    def _taken(self, state: DeskState, number: int, place: Rectangle, here: Rectangle) -> DeskState:
        """A window was hit by the left button."""
        if here.y < place.y + TITLE_HEIGHT:
            return replace(state, grip=(number, here.x - place.x, here.y - place.y))
        plan = self.plan(state)
        if number != self.notepad_number or not plan.usable:
            return state
        if plan.button.common(here):
            return replace(state, pressed=True)
        if plan.page.common(here):
            return replace(state, content=state.content.go(plan.caret_at(state.content, here.x, here.y)))
        return state
