"""Events as sentences, and how much each matters."""

from __future__ import annotations

from typing import Literal, NamedTuple

from deskconsole.common.errors import sentence
from deskconsole.common.figures import duration, size
from deskconsole.session import events
from deskconsole.session.events import Event, Failure

Severity = Literal["info", "warning", "error"]
"""The importance of an event."""

LIST = "hosts.toml"
"""Stands in the host's place where an event is about the list of hosts."""

STATISTICS = "statistics"
"""Stands in the place of a host where an event is about the history of statistics."""


NEARLY_EXACT = "what moved is not exact: the link is too slow for it"
"""The sentence on a saved picture that is not equal to the host's."""


class Wording(NamedTuple):
    """An event as users read it. It may contain a host's own words: pass it through `safe_text`."""

    text: str
    severity: Severity


def place(event: Event) -> str:
    """The host that an event is about, or what stands in its place."""
    return event.host or (STATISTICS if isinstance(event, events.HistoryNotKept) else LIST)


def wording(event: Event) -> Wording:  # noqa: C901  one case a kind
    """The sentence for an event of any kind."""
    match event:
        case events.StreamStarted(unasked=True):
            return Wording('streaming, without asking the person at the host (consent = "never")', "info")
        case events.StreamStarted():
            return Wording("streaming", "info")
        case events.StreamResumed():
            return Wording(f"streaming again after {event.after:.1f} s{_why(event.failure)}", "info")
        case events.LinkLost():
            return Wording(f"lost, reconnecting: {_whole(event.failure)}", "warning")
        case events.HostUnreachable():
            return Wording(f"not reached, trying again later: {_whole(event.failure)}", "warning")
        case events.DesktopAwaited():
            return Wording(f"waiting: {_whole(event.failure)}", "warning")
        case events.SessionFailed():
            return Wording(f"failed: {_whole(event.failure)}", "error")
        case events.SessionEnded():
            return Wording("disconnected", "info")
        case events.SettingsChanged():
            return Wording("settings changed: reconnecting", "info")
        case events.ControlBegun():
            whose = f", taken from {event.taken_from}" if event.taken_from else ""
            return Wording(f"you control it{whose}", "info")
        case events.ControlGivenBack():
            return Wording("control given back", "info")
        case events.ControlTakenOver():
            return Wording(f"{event.holder} took control", "warning")
        case events.ControlEnded():
            return Wording(f"control ended{_because(event.reason)}", "warning")
        case events.ControlAsked():
            return Wording("the person at the host is asked whether you may control it", "info")
        case events.ControlDenied():
            return Wording(f"not controlled{_because(event.reason)}", "warning")
        case events.EventsLeftOut():
            left_out = f"questions, refusals and changes of its screen that are not listed: {event.count:,}"
            return Wording(left_out, "warning")
        case events.ClipboardPut():
            return Wording(f"put {event.length:,} characters into its clipboard", "info")
        case events.ClipboardFetched():
            return Wording(f"fetched {event.length:,} characters from its clipboard", "info")
        case events.PictureFlat():
            flat = "the first picture has one colour only: the desktop may be black or hidden"
            return Wording(flat, "warning")
        case events.ScreenSeen():
            return Wording("the screen can be seen again", "info")
        case events.ScreenHidden(state="asking"):
            return Wording("the person at the host is asked whether you may see the screen", "info")
        case events.ScreenHidden(state="refused"):
            return Wording(f"not allowed to see the screen{_because(event.reason)}", "warning")
        case events.ScreenHidden():
            return Wording(f"no picture, {event.state}: {event.reason}", "warning")
        case events.AgentSilent():
            return Wording("nothing is heard from the agent", "warning")
        case events.AgentHeard():
            return Wording("the agent answers again", "warning")
        case events.PictureVerified():
            return Wording(f"verified: every pixel is as on the host (packet {event.packet:,})", "info")
        case events.PictureDiffers():
            differs = f"the picture differs from the host's at packet {event.packet:,}; refreshing"
            return Wording(differs, "error")
        case events.PictureResent():
            return Wording("the whole picture was sent again", "info")
        case events.AnswerMissing():
            what = "the comparison" if event.asked == "check" else "the whole picture"
            return Wording(f"{what} did not come: see the state of the host", "info")
        case events.WindowOpened():
            return Wording("window opened", "info")
        case events.WindowRaised():
            return Wording("window brought to the front", "info")
        case events.WindowFailed():
            return Wording(f"no window: {_whole(event.failure)}", "error")
        case events.WindowClosed():
            return Wording("window closed", "info")
        case events.WindowLost():
            return Wording(f"window closed: {event.reason}", "warning")
        case events.PictureSaved(exact=False):
            return Wording(f"picture saved: {event.file}; {NEARLY_EXACT}", "info")
        case events.PictureSaved():
            return Wording(f"picture saved: {event.file}", "info")
        case events.RecordingStarted():
            return Wording(f"recording to {event.file}, from the next picture on", "info")
        case events.RecordingEnded(failure=Failure() as failure):
            return Wording(_whole(failure), "error")
        case events.RecordingEnded(file=""):
            return Wording("recording ended before a picture came: there is no file", "warning")
        case events.RecordingEnded():
            kept = f"{duration(event.seconds)}, {size(event.size)}"
            return Wording(f"recording ended: {event.file} ({kept})", "info")
        case events.LastMinutesKept():
            return Wording(f"the last {duration(event.span)} are kept in memory for a command", "info")
        case events.LastMinutesSaved():
            kept = f"{duration(event.seconds)}, {size(event.size)}"
            return Wording(f"last minutes saved: {event.file} ({kept})", "info")
        case events.LastMinutesEnded():
            return Wording("the last minutes are kept no longer", "info")
        case events.ServerNotice():
            return Wording(f"the server{_through(event.through)} says: {event.text}", "info")
        case events.LoginWaits():
            said = f"the login waits; the server{_through(event.through)} says: {event.text}"
            return Wording(said, "warning")
        case events.LoginWarning():
            return Wording(f"{event.through}: {event.text}" if event.through else event.text, "warning")
        case events.HostKeyTrusted():
            return Wording(f"trusted the key {event.fingerprint}", "info")
        case events.HostKeyForgotten():
            return Wording(f"forgot the old key {', '.join(event.fingerprints)}", "info")
        case events.PasswordGiven():
            return Wording(f"a password was given for {event.account}", "info")
        case events.HostAdded():
            return Wording("added", "info")
        case events.HostEdited():
            called = f"edited; it was called {event.previous}"
            return Wording(called if event.previous else "edited", "info")
        case events.HostRemoved():
            return Wording("removed", "info")
        case events.ListReloaded():
            return Wording("changed by another program; read again", "info")
        case events.HostWoken():
            return Wording(f"sent the packet that wakes {event.mac}", "info")
        case events.RemoteDesktopOpened():
            return Wording(f"opened in {event.client}", "info")
        case events.RemoteDesktopClosed():
            return Wording("its Remote Desktop was closed", "info")
        case events.HistoryNotKept():
            return Wording(f"the history of statistics is not written: {_whole(event.failure)}", "warning")
        case events.UndeployStarted():
            return Wording("undeploying", "info")
        case events.UndeployCancelled():
            return Wording("undeploying was cancelled", "info")
        case events.AgentDeployed():
            return Wording(f"deployed ({size(event.size)} uploaded)", "info")
        case events.Undeployed():
            return Wording(_undeployed(event), "info")
        case events.ActionFailed():
            return Wording(_whole(event.failure), "error")
        case _:
            raise TypeError(f"no sentence for {type(event).__name__}")


def _whole(failure: Failure) -> str:
    return sentence(failure.reason, failure.remedy)


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _why(failure: Failure | None) -> str:
    return f" ({failure.reason})" if failure is not None else ""


def _through(jump: str) -> str:
    return f" {jump}" if jump else ""


def _undeployed(event: events.Undeployed) -> str:
    if not event.agents and not event.files:
        return "undeployed: no deskconsole files were on the host"
    ended = f"{event.agents} agent{'' if event.agents == 1 else 's'} ended, " if event.agents else ""
    files = f"{event.files} file{'' if event.files == 1 else 's'}"
    return f"undeployed: {ended}{files} ({size(event.size)}) removed"
