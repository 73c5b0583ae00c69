"""Events: facts about hosts. The sentences for them are in `deskconsole.wording.events`.

One struct for each kind. An event is one JSON object in the event log and in `deskconsole events --json`; its
`kind` is the name of the struct. Text of a host's own (a reason, a server's notice) is data, never markup.
"""

from __future__ import annotations

import time
from typing import Literal, Union

import msgspec

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.utf8_text import utf8_text

Actor = Literal["console", "user", "host"]
"""The one who acted: the console unasked, the person at the console, or the host with what runs there."""

ALL_HOSTS = ""
"""The `host` of an event that is about the list of hosts and not about one of them."""


class Failure(msgspec.Struct, frozen=True):
    """An error as a fact: its code (`errors.py`), its sentence, and what to do about it ("": nothing)."""

    code: str
    reason: str
    remedy: str = ""

    @classmethod
    def of(cls, error: DeskconsoleError) -> Failure:
        return cls(error.code, utf8_text(str(error)), utf8_text(error.remedy))


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str):
    """The fields that all kinds have."""

    host: str
    """The host's name in the list."""
    at: float = msgspec.field(default_factory=time.time)
    """Unix time."""
    by: Actor = "console"


# The stream


class StreamStarted(Event, frozen=True, kw_only=True):
    """The first link's greetings are over; `unasked`: by `consent = "never"` the person at the host is not
    asked."""

    unasked: bool = False


class StreamResumed(Event, frozen=True, kw_only=True):
    """There is a stream again, `after` seconds without one; `failure` is why it was lost.

    Logs of an earlier version have no `failure`.
    """

    after: float
    failure: Failure | None = None


class LinkLost(Event, frozen=True, kw_only=True):
    """The stream broke; the session reconnects automatically."""

    failure: Failure


class HostUnreachable(Event, frozen=True, kw_only=True):
    """The host is off or has no route; the session tries again automatically, slowly."""

    failure: Failure


class DesktopAwaited(Event, frozen=True, kw_only=True):
    """There is no desktop yet; the session waits for one."""

    failure: Failure


class SessionFailed(Event, frozen=True, kw_only=True):
    """The session ended by an error and does not reconnect automatically."""

    failure: Failure


class SessionEnded(Event, frozen=True, kw_only=True):
    """The session was ended."""

    by: Actor = "user"


class SettingsChanged(Event, frozen=True, kw_only=True):
    """The way to the host is another one now: the session connects again."""

    by: Actor = "user"


# Control


class ControlBegun(Event, frozen=True, kw_only=True):
    """This console controls the host from now on; `taken_from` is the console that did before."""

    taken_from: str = ""


class ControlGivenBack(Event, frozen=True, kw_only=True):
    """This console gave control back."""

    by: Actor = "user"


class ControlTakenOver(Event, frozen=True, kw_only=True):
    """Another console took control from this one."""

    holder: str
    by: Actor = "host"


class ControlEnded(Event, frozen=True, kw_only=True):
    """Control of this console was ended at the host; `reason` in the host's words."""

    reason: str
    by: Actor = "host"


class ControlAsked(Event, frozen=True, kw_only=True):
    """The person at the host is asked whether this console may act there."""


class ControlDenied(Event, frozen=True, kw_only=True):
    """The host says no to control by this console; `reason` in its words."""

    reason: str
    by: Actor = "host"


class EventsLeftOut(Event, frozen=True, kw_only=True):
    """So many questions, refusals and changes of the screen are in no log: the host caused too many."""

    count: int


class ClipboardPut(Event, frozen=True, kw_only=True):
    """A text of so many characters was put into the host's clipboard."""

    length: int
    by: Actor = "user"


class ClipboardFetched(Event, frozen=True, kw_only=True):
    """The text of the host's clipboard, so many characters, was fetched."""

    length: int
    by: Actor = "user"


# The host's screen and agent


class PictureFlat(Event, frozen=True, kw_only=True):
    """The first picture has one colour only."""

    by: Actor = "host"


class ScreenSeen(Event, frozen=True, kw_only=True):
    """The screen can be seen again."""

    by: Actor = "host"


class ScreenHidden(Event, frozen=True, kw_only=True):
    """There is no picture: the state of the screen (`ScreenState`) and the host's reason."""

    state: str
    reason: str
    by: Actor = "host"


class AgentSilent(Event, frozen=True, kw_only=True):
    """Nothing is heard from the agent. Logs of an earlier version have no `failure`."""

    failure: Failure | None = None
    by: Actor = "host"


class AgentHeard(Event, frozen=True, kw_only=True):
    """The agent answers again."""

    by: Actor = "host"


class PictureVerified(Event, frozen=True, kw_only=True):
    """A comparison after `packet` found both pictures equal."""

    packet: int


class PictureDiffers(Event, frozen=True, kw_only=True):
    """A comparison after `packet` found a difference; a refresh is asked for."""

    packet: int


class PictureResent(Event, frozen=True, kw_only=True):
    """The whole picture was sent again, as the user asked."""


class AnswerMissing(Event, frozen=True, kw_only=True):
    """The answer that the user asked the host for did not come."""

    asked: Literal["check", "refresh"]


# The window


class WindowOpened(Event, frozen=True, kw_only=True):
    """A window shows the host."""


class WindowRaised(Event, frozen=True, kw_only=True):
    """The window that is open came to the front."""

    by: Actor = "user"


class WindowFailed(Event, frozen=True, kw_only=True):
    """No window could be opened."""

    failure: Failure


class WindowClosed(Event, frozen=True, kw_only=True):
    """The user closed the window."""

    by: Actor = "user"


class WindowLost(Event, frozen=True, kw_only=True):
    """The window's process ended, and the user had not closed it."""

    reason: str


# Pictures and recordings


class PictureSaved(Event, frozen=True, kw_only=True):
    """The user saved the picture in a file. Not `exact`: what moved is only nearly the host's."""

    file: str
    exact: bool = True
    by: Actor = "user"


class RecordingStarted(Event, frozen=True, kw_only=True):
    """The stream is recorded from its next refresh on."""

    file: str
    by: Actor = "user"


class RecordingEnded(Event, frozen=True, kw_only=True):
    """A recording ended; without a `file` no picture came. `failure`: the error that ended it."""

    file: str
    seconds: float
    size: int
    failure: Failure | None = None


class LastMinutesKept(Event, frozen=True, kw_only=True):
    """The last `span` seconds of the stream are kept in memory from its next refresh on."""

    span: float
    by: Actor = "user"


class LastMinutesSaved(Event, frozen=True, kw_only=True):
    """They were wanted, and are a recording now."""

    file: str
    seconds: float
    size: int
    by: Actor = "user"


class LastMinutesEnded(Event, frozen=True, kw_only=True):
    """They are kept no longer."""


# Logging in


class ServerNotice(Event, frozen=True, kw_only=True):
    """An SSH server says something during a login. `through`: the jump host that says it, or ""."""

    through: str
    text: str
    by: Actor = "host"


class LoginWaits(Event, frozen=True, kw_only=True):
    """The login waits for what the server asks for, for example a tap on a security key."""

    through: str
    text: str
    by: Actor = "host"


class LoginWarning(Event, frozen=True, kw_only=True):
    """The console's own warning about a login."""

    through: str
    text: str


class HostKeyTrusted(Event, frozen=True, kw_only=True):
    """The user trusted a new host key."""

    fingerprint: str
    by: Actor = "user"


class HostKeyForgotten(Event, frozen=True, kw_only=True):
    """The user had old keys of the host forgotten."""

    fingerprints: tuple[str, ...]
    by: Actor = "user"


class PasswordGiven(Event, frozen=True, kw_only=True):
    """The user gave a password for `account`."""

    account: str
    by: Actor = "user"


# The list and the hosts' files


class HostAdded(Event, frozen=True, kw_only=True):
    """The host is in the list."""

    by: Actor = "user"


class HostEdited(Event, frozen=True, kw_only=True):
    """The host's settings were changed; `previous` is its name before, where that is another one."""

    previous: str = ""
    by: Actor = "user"


class HostRemoved(Event, frozen=True, kw_only=True):
    """The host is no longer in the list."""

    by: Actor = "user"


class ListReloaded(Event, frozen=True, kw_only=True):
    """Another program changed hosts.toml; it was read again."""


class HostWoken(Event, frozen=True, kw_only=True):
    """A packet that wakes the host was sent."""

    mac: str
    by: Actor = "user"


class RemoteDesktopOpened(Event, frozen=True, kw_only=True):
    """A Remote Desktop client of this computer shows the host, through a tunnel."""

    client: str
    by: Actor = "user"


class RemoteDesktopClosed(Event, frozen=True, kw_only=True):
    """That client has ended."""

    by: Actor = "user"


class HistoryNotKept(Event, frozen=True, kw_only=True):
    """The history of statistics cannot be written; its figures wait in memory until it can."""

    failure: Failure


class UndeployStarted(Event, frozen=True, kw_only=True):
    """The removal of all that was deployed to the host begins."""

    by: Actor = "user"


class UndeployCancelled(Event, frozen=True, kw_only=True):
    """The user cancelled it."""

    by: Actor = "user"


class AgentDeployed(Event, frozen=True, kw_only=True):
    """Parts of the agent were uploaded to the host, `size` bytes together."""

    size: int


class Undeployed(Event, frozen=True, kw_only=True):
    """Agents ended, and files (`size` bytes together) were removed."""

    agents: int
    files: int
    size: int
    by: Actor = "user"


class ActionFailed(Event, frozen=True, kw_only=True):
    """An action that the user asked for failed."""

    failure: Failure
    by: Actor = "user"


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
"""Every kind by its name in `kind`."""

encode = msgspec.json.Encoder().encode


_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Union[tuple(KINDS.values())])  # noqa: UP007


def decode(line: bytes) -> Event:
    """An event from JSON. Raises msgspec.DecodeError for anything else, a kind of a newer version too."""
    return _decoder.decode(line)
