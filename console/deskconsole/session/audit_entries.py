"""The entries of the audit log that follow from events."""

from __future__ import annotations

from deskconsole.audit import AuditAction, AuditEntry
from deskconsole.common.counted import counted

from . import events
from .console_identity import console_name


def entry_of(event: events.Event) -> AuditEntry | None:
    """The entry for an event; None where the audit log has none."""
    found = _action(event)
    if found is None:
        return None
    action, why = found
    return AuditEntry(event.host, action, why, console_name(), event.at)


def _action(event: events.Event) -> tuple[AuditAction, str] | None:  # noqa: C901  one case a kind
    match event:
        case events.StreamStarted():
            return AuditAction.CONNECT, 'consent = "never"' if event.unasked else ""
        case events.StreamResumed():
            return AuditAction.CONNECT, f"again after {event.after:.1f} s"
        case events.LinkLost():
            return AuditAction.DISCONNECT, event.failure.reason
        case events.SessionFailed():
            return AuditAction.FAILED, event.failure.reason
        case events.SessionEnded():
            return AuditAction.DISCONNECT, ""
        case events.WindowOpened():
            return AuditAction.SEE, "in a window"
        case events.ScreenSeen():
            return AuditAction.SEE, "the screen can be seen again"
        case events.ScreenHidden(state="asking"):
            return AuditAction.QUESTION, "may the screen be seen"
        case events.ScreenHidden(state="refused"):
            return AuditAction.REFUSAL, event.reason
        case events.ControlAsked():
            return AuditAction.QUESTION, "may the host be controlled"
        case events.ControlDenied():
            return AuditAction.REFUSAL, event.reason
        case events.ControlBegun() if event.taken_from:
            return AuditAction.CONTROL_BY_FORCE, f"taken from {event.taken_from}"
        case events.ControlBegun():
            return AuditAction.CONTROL, ""
        case events.ControlGivenBack():
            return AuditAction.CONTROL_END, "given back"
        case events.ControlTakenOver():
            return AuditAction.CONTROL_END, f"{event.holder} took control"
        case events.ControlEnded():
            return AuditAction.CONTROL_END, event.reason
        case events.EventsLeftOut():
            return AuditAction.LEFT_OUT, f"{event.count} questions, refusals and changes of the screen"
        case events.ClipboardPut():
            return AuditAction.CLIP_PUT, counted(event.length, "character")
        case events.ClipboardFetched():
            return AuditAction.CLIP_FETCH, counted(event.length, "character")
        case events.PictureSaved():
            return AuditAction.PICTURE, event.file
        case events.RecordingStarted():
            return AuditAction.RECORDING, event.file
        case events.RecordingEnded():
            return AuditAction.RECORDING_END, event.file or "no picture came"
        case events.LastMinutesKept():
            return AuditAction.RECORDING, f"the last {event.span:.0f} s, in memory"
        case events.LastMinutesSaved():
            return AuditAction.RECORDING_END, event.file
        case events.AgentDeployed():
            return AuditAction.DEPLOY, f"{event.size} bytes"
        case events.Undeployed():
            return AuditAction.UNDEPLOY, counted(event.files, "file")
        case _:
            return None
