"""Acts on a host for a command, in the session that a running console has with it."""

from __future__ import annotations

from collections.abc import Callable

from deskconsole.app.host_actions import click, get_clip, press_keys, put_clip, type_text
from deskconsole.app.input_results import ActionResult, ClipResult
from deskconsole.app.input_text import require_clip, require_typable
from deskconsole.app.key_chord import parse_chord
from deskconsole.session.session import Session

from .messages import ClickPlace, GetClip, HostInput, PressKeys, PutClip, TypeText


def act(session: Session, request: HostInput, waiting: Callable[[], None]) -> ActionResult | ClipResult:
    """Takes control, acts and gives control back. Raises DeskconsoleError, and what `waiting` raises."""
    force = request.force
    if isinstance(request, TypeText | PressKeys | ClickPlace) and request.watch and not session.full_stream:
        # Previews come too seldom to tell when an effect was seen.
        session.request_refresh()
    match request:
        case TypeText(_, text, watch=watch):
            text = require_typable(text)
            return type_text(session, text, force=force, watch=watch, waiting=waiting)
        case PressKeys(_, words, watch=watch):
            chords = [parse_chord(word) for word in words]
            return press_keys(session, chords, force=force, watch=watch, waiting=waiting)
        case ClickPlace(_, x, y, button, double, watch=watch):
            return click(
                session, x, y, button=button, double=double, force=force, watch=watch, waiting=waiting
            )
        case PutClip(_, text):
            return put_clip(session, require_clip(text), force=force, waiting=waiting)
        case GetClip():
            return get_clip(session, force=force, waiting=waiting)
