"""Control in a window: its user's keys and clicks go to the host while the console has given control.

Keys and pointer come from the surface's child window. They are taken only while the picture is of now, and
everything goes up on the host as soon as the keyboard is elsewhere. Main thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from Xlib import X

from deskwire.control import ChordName, ControlState

from .canvas import Canvas
from .host_key import HostKey
from .input_outbox import InputOutbox
from .keys import HOST_ACTIONS, Action, HostKeyName
from .local_clip import LocalClip
from .messages import (
    ChordInput,
    ClipOffer,
    ClipText,
    ClipWish,
    ControlWish,
    Holding,
    Input,
    KeyInput,
    Released,
    TypingInput,
    WhoControls,
)
from .pointer import WindowPointer
from .x_focus import FocusChange, XFocus
from .x_grabs import HostKeyGrab, KeyboardGrab
from .x_keyboard import KeyReader

if TYPE_CHECKING:
    from Xlib.protocol.rq import Event

    from .surfaces.x_surface import XSurface

_CHORDS = {Action.CTRL_ALT_DEL: ChordName.CTRL_ALT_DEL, Action.LOCK: ChordName.LOCK}

_MOST_TYPED = 4096
"""Characters of a clipboard that are typed: more take long, and cannot be stopped."""

_REST = 1.0
"""Seconds without a key after which typing is over. Control may end in the middle of a word: what follows
must not be orders to the window."""

_HOLDING = 0.4
"""Seconds between two messages that keep down what is held: the console lets go after 1.2 s without one."""

_KEYS = X.KeyPressMask | X.KeyReleaseMask | X.FocusChangeMask
_POINTER = X.PointerMotionMask | X.EnterWindowMask | X.LeaveWindowMask


class XControl:
    """Takes the events of a surface. `act` gets every action that a key asks for, and calls `do` first;
    `say` takes a sentence to show. Raises LookupError where the display cannot tell what control needs."""

    refusal = ""

    def __init__(
        self,
        surface: XSurface,
        outbox: InputOutbox,
        host_key: HostKeyName,
        act: Callable[[Action], None],
        say: Callable[[str], None],
    ) -> None:
        self._outbox = outbox
        self._host_key = HostKey(host_key)
        self._act = act
        self._say = say
        self._pointer = WindowPointer(self._send)
        self._clip = LocalClip(say)
        self._canvas: Canvas | None = None
        self._state = ControlState.FREE
        self._stale = False
        self._up = True
        """The host holds no key or button of this window."""
        self._hold_due = 0.0
        """The time of the next `Holding`, if something is held then."""
        self._window_buttons: set[int] = set()
        """Buttons that are held and whose press went to the window."""
        self._resting_at: float | None = None
        """The time until which keys go nowhere: control ended meanwhile. None: the window takes them."""
        self._surface = surface
        self._keys = KeyReader(surface.display)
        self._focus = XFocus(surface.display, surface.parent, surface.child)
        self._host_key_grab = HostKeyGrab(surface.parent, self._keys, self._host_key.parts)
        self._keyboard_grab = KeyboardGrab(self._focus, say)
        surface.taker = self._take
        self._leave()

    @property
    def on(self) -> bool:
        """True if the host is controlled from this window."""
        return self._state == ControlState.YOURS

    @property
    def due(self) -> float | None:
        """The latest time of the next `tick`, by the monotonic clock."""
        times = (
            self._pointer.due,
            self._host_key.due,
            self._clip.due,
            self._outbox.due,
            self._resting_at,
            self._keyboard_grab.due,
            self._hold_due if self._holds else None,
        )
        return min((at for at in times if at is not None), default=None)

    @property
    def _acting(self) -> bool:
        """Keys and clicks go to the host now."""
        return self.on and not self._stale and not self._host_key.held and self._host_key.due is None

    @property
    def _holds(self) -> bool:
        """True if the host holds a key or a button of this window."""
        return not self._up and (self._keys.held or self._pointer.held)

    def control_changed(self, message: WhoControls) -> bool:
        was_on = self.on
        self._state = message.state
        if self.on != was_on:
            self._surface.guarded(self._begin if self.on else self._lose)
        return self._resting_at is not None

    def show(self, canvas: Canvas | None) -> None:
        """Tells the picture's place and size in the window from now on; None: it has a size in which it has
        not been drawn yet, and clicks are aimed at the picture before."""
        self._canvas = canvas
        if canvas is None:
            if self._pointer.held:
                self._surface.guarded(self._all_up)
        elif self._acting and self._focus.inside:
            self._pointer.laid_out(canvas)

    def stale(self, *, stale: bool) -> None:
        """Says whether the picture is old: then it takes no input."""
        if stale and not self._stale:
            self._surface.guarded(self._all_up)
        self._stale = stale

    def fullscreen(self, *, on: bool) -> None:
        """The window has become as large as the screen, or not any more."""
        self._surface.guarded(lambda: self._keyboard_grab.fullscreen(on=on))

    def end(self) -> None:
        """The window closes."""
        self._surface.guarded(self._all_up)
        self._state = ControlState.FREE

    def tick(self, now: float) -> None:
        """Catches up on all that had to wait: the pointer's place, the host key, the clipboard, messages."""
        if self._pointer.due is not None and now >= self._pointer.due:
            self._pointer.flush()
        if self._canvas is not None and self._acting:
            self._pointer.catch_up(self._canvas)
        if (action := self._host_key.late(now)) is not None:
            self._act(action)
        if self._resting_at is not None and now >= self._resting_at:
            self._surface.guarded(self._only_look)
        if self._keyboard_grab.due is not None and now >= self._keyboard_grab.due:
            self._surface.guarded(self._keyboard_grab.retry)
        self._clip.tick()
        if self._holds and now >= self._hold_due:
            self._send(Holding())
        self._outbox.flush()

    def fetched(self, message: ClipText) -> None:
        """Puts the host's text into the clipboard here."""
        self._clip.put(message.text)

    def lapsed(self) -> None:
        """Forgets what is held, as the host has: a key that is still down here is to repeat nowhere."""
        self._surface.guarded(self._all_up)

    def do(self, action: Action) -> bool:
        """Runs an action that concerns the host; False for the window's own actions."""
        match action:
            case Action.CONTROL:
                self._outbox.put(ControlWish(on=self._state not in {ControlState.YOURS, ControlState.ASKING}))
                if self.on:
                    # Not first when the agent has answered: its user has left the host now.
                    self._state = ControlState.FREE
                    self._surface.guarded(self._leave)
            case Action.FORCE:
                self._outbox.put(ControlWish(on=True, force=True))
            case _ if action in HOST_ACTIONS:
                if self.on and not self._stale:
                    self._do_to_host(action)
            case _:
                return False
        return True

    def _do_to_host(self, action: Action) -> None:
        match action:
            case Action.SEND_HOST_KEY:
                codes = [min(part) for part in self._host_key.parts]
                for code in codes:
                    self._send(KeyInput(time.monotonic(), code, down=True))
                for code in reversed(codes):
                    self._send(KeyInput(time.monotonic(), code, down=False))
            case Action.GRAB:
                self._keyboard_grab.toggle()
            case Action.CTRL_ALT_DEL | Action.LOCK:
                self._send(ChordInput(_CHORDS[action]))
            case Action.TYPE_CLIP:
                self._clip.fetch(self._type)
            case Action.PUT_CLIP:
                self._clip.fetch(lambda text: self._outbox.put(ClipOffer(text)))
            case Action.FETCH_CLIP:
                self._outbox.put(ClipWish())
            case _:
                pass  # It concerns the window alone.

    def _type(self, text: str) -> None:
        if len(text) > _MOST_TYPED:
            self._say(
                f"the clipboard has {len(text):,} characters: put it into the host's, and paste it there"
            )
        elif self.on and not self._stale:
            self._send(TypingInput(text))

    def _begin(self) -> None:
        """Hears all that goes to the host from now on."""
        self._resting_at = None
        self._surface.select(_KEYS | _POINTER)
        self._host_key_grab.end()
        self._keys.look_at_held()
        self._host_key.forget()
        self._up = True
        self._pointer.begin()
        self._focus.begin()
        self._keyboard_grab.begin()

    def _lose(self) -> None:
        """Control ended without the user: what is typed just now was meant for the host."""
        if not self._focus.has_it:
            self._leave()
            return
        self._all_up()
        self._host_key.forget()
        self._keyboard_grab.end()
        self._resting_at = time.monotonic() + _REST

    def _leave(self) -> None:
        """The host gets nothing more, and keys go to the window."""
        self._all_up()
        self._only_look()

    def _only_look(self) -> None:
        self._resting_at = None
        self._surface.select(0)
        self._host_key_grab.begin()
        self._keyboard_grab.end()
        self._focus.end()

    def _take(self, event: Event) -> bool:
        """Takes an event of the surface; True where the surface has to ignore it."""
        if self._keys.is_new_map(event):
            if not self.on and self._resting_at is None:
                self._host_key_grab.begin()
            return True
        match event.type:
            case X.KeyPress | X.KeyRelease:
                return self._key(event)
            case X.FocusIn | X.FocusOut | X.EnterNotify | X.LeaveNotify:
                self._heed(self._focus.handle(event))
                self._keyboard_grab.look()
                return True
            case X.UnmapNotify:
                self._all_up()
                self._window_buttons.clear()
            case X.ButtonPress | X.ButtonRelease | X.MotionNotify:
                return self._mouse(event)
            case _:
                pass
        return False

    def _key(self, event: Event) -> bool:
        key = self._keys.read(event)
        if self._resting_at is not None:
            self._resting_at = time.monotonic() + _REST
        if key is None:
            return self.on
        if not self.on and not event.state & (X.ControlMask | X.Mod1Mask):
            # The release of a Ctrl or an Alt alone is not heard then.
            self._host_key.nothing_before()
        return self._handle(key) or self.on

    def _handle(self, key: KeyInput) -> bool:
        """Sends a key to the host or runs its action; True where it was used up here."""
        answer = self._host_key.key(
            key.code,
            key.text,
            down=key.down,
            now=time.monotonic(),
            controlled=self.on,
            repeat=key.repeat,
        )
        if answer.began:
            self._all_up()
        if answer.action is not None:
            if self._resting_at is not None:
                self._surface.guarded(self._only_look)
            self._act(answer.action)
        elif answer.passes and not self._sent(key) and self.on and key.down:
            self._keys.unsent(key, but=self._host_codes)
        return not answer.passes

    def _sent(self, key: KeyInput) -> bool:
        return self._acting and self._focus.typed() and self._send(key)

    def _mouse(self, event: Event) -> bool:
        """Gives a button to the host or to the window; who got its press gets its release."""
        if event.type == X.ButtonPress:
            self._host_key.button()
            if self._resting_at is not None:
                self._only_look()
        for_host = self.on and not self._host_key.held and not self._window_buttons
        if event.type == X.ButtonPress and not for_host:
            self._window_buttons.add(event.detail)
        elif event.type == X.ButtonRelease and event.detail in self._window_buttons:
            self._window_buttons.discard(event.detail)
            for_host = False
        if event.type == X.ButtonPress and self.on:
            self._heed(self._focus.click(event.time))
        if self.on:
            self._point(event, self._canvas if for_host and self._acting else None)
        return for_host

    def _point(self, event: Event, canvas: Canvas | None) -> None:
        """Tells the host of the pointer; `canvas` None: it takes no input now."""
        place = event.event_x, event.event_y
        if canvas is None:
            self._pointer.missed(*place)
        elif event.type == X.MotionNotify:
            self._pointer.moved(*place, canvas)
        elif event.type == X.ButtonPress:
            self._pointer.pressed(event.detail, *place, canvas)
        else:
            self._pointer.let_go(event.detail, *place, canvas)

    def _heed(self, change: FocusChange | None) -> None:
        """Follows the keyboard, which has come or gone."""
        match change:
            case FocusChange.CAME:
                self._keys.look_at_held()
            case FocusChange.RETURNED:
                for key in self._keys.gone_up():
                    self._handle(key)
            case FocusChange.LEFT | FocusChange.TAKEN:
                self._all_up()
                self._host_key.forget()
                if self._resting_at is not None:
                    self._only_look()
                elif change is FocusChange.TAKEN:
                    self._say("another program has the keyboard")
            case None:
                pass

    @property
    def _host_codes(self) -> frozenset[int]:
        """The positions of the host key."""
        return frozenset().union(*self._host_key.parts)

    def _all_up(self) -> None:
        """Everything held goes up on the host."""
        self._pointer.forget()
        self._keys.pass_over(but=self._host_codes)
        if not self._up:
            self._up = True
            self._outbox.put(Released())

    def _send(self, message: Input) -> bool:
        """Tells the console, after the pointer's newest place; False where the outbox is full."""
        if self._outbox.full:
            self._all_up()
            return False
        if isinstance(message, KeyInput | TypingInput | ChordInput):
            self._pointer.flush()
        self._up = False
        self._hold_due = time.monotonic() + _HOLDING
        self._outbox.put(message)
        return True
