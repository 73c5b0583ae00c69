"""The error of an act in whose middle control ended: the reason decides about a command's exit code."""

from __future__ import annotations

from deskconsole.common.errors import (
    ConnectionLost,
    ControlBusy,
    ControlNotAllowed,
    ControlRefused,
    DeskconsoleError,
    InputUnanswered,
)
from deskwire.control import ControlState

from .control_status import NOT_CONNECTED, ControlStatus

_LOOK = "Look at the host before it is done again."


def control_loss(status: ControlStatus, *, sent: bool) -> DeskconsoleError:
    """Returns the error that a status without control means; `sent`: the host may have got the input."""
    remedy = _LOOK if sent else ""
    if status == NOT_CONNECTED:
        if sent:
            return InputUnanswered(
                "the link was lost before the host answered: it may have been done", remedy=remedy
            )
        return ConnectionLost("the link was lost, nothing was sent")
    match status.state:
        case ControlState.OTHER:
            return ControlBusy(f"{status.holder or 'another console'} took control meanwhile", remedy=remedy)
        case ControlState.OFF:
            return ControlNotAllowed(f"control ended: {status.reason}", remedy=remedy)
        case _ if status.reason:
            return ControlRefused(f"control ended: {status.reason}", remedy=remedy)
        case _ if sent:
            return ControlNotAllowed("control was given back before the host answered", remedy=remedy)
        case _:
            return ControlNotAllowed("nothing was sent: this console does not control the host")
