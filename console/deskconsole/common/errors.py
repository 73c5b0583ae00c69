"""Everything the console can refuse or fail at, as one tree.

    DeskconsoleError                 one sentence for the user, and what to do about it
      ConfigurationError             a file or an argument of the user's is wrong
        InvalidField                 one field of a host is
        HostGone                     no host of that name is in the list
      ConnectionFailed               no SSH connection came about or stayed
        AddressError                 the name does not resolve, the port does not answer
        HostKeyError                 the host's key is unknown and was not trusted, changed or revoked
        AuthenticationFailed         no key, password or passphrase was accepted
        ForwardingRefused            the SSH server does not allow tunnels
        ConnectionLost               it stood, then it broke
      BootstrapError                 the host was reached, the agent could not be brought up
        UnsupportedHost              no usable Python, a platform that is not supported
        RuntimeUnavailable           no Python for Windows hosts could be built or kept here
        DeployError                  an upload or its verification failed (disk full, no rights)
        LaunchError                  the agent did not come up
          NobodyLoggedOn             there is no desktop before somebody logs on
          Damaged                    what lies on the host is not as it was sent; another deploy mends it
      StreamError                    the agent was reached, the stream is not usable
        ProtocolViolation            the agent sent what the wire forbids
        VersionMismatch              console and agent speak different versions of the wire
        Refused                      the agent closed the link and said why
        Stale                        the agent fell silent
        InputUnanswered              the agent did not say what became of an input
      ControlError                   the host cannot be controlled
        ControlNotAllowed            this console may not act there: settings, an agent that only shows
        ControlBusy                  another console acts there
        ControlRefused               the person at the host, or its policy, said no to seeing or acting
        InputNotInjected             the host's system did not let the input through
        ClipUnavailable              the text cannot be put into a clipboard, or fetched from it
      RecordingError                 a recording cannot be played, or not be written any further
      ConsoleNotRunning              no console runs that could be asked
      SomeHostsFailed                a command for several hosts failed for some of them
      AllHostsFailed                 it failed for all of them
      ViewerError                    the window cannot be shown
      WakeError                      the packet that wakes a host could not be sent
      Cancelled                      the user said so; nothing is wrong
      InternalFault                  a fault of deskconsole, named so that it can be reported

Each error carries one sentence (`str(error)`), a remedy and a `code`; a command ends with its `exit_code`.
"""

from __future__ import annotations

from typing import ClassVar


class DeskconsoleError(Exception):
    """Something that the user can be told in one sentence.

    `remedy` is what can be done about it, a sentence too, or empty where there is nothing to be done.
    Both may contain a host's own words: pass them through `safe_text` before they reach a terminal.
    """

    code: ClassVar[str] = "error"
    """The kind of error in JSON and in the event log. It stays what it is, whatever the class is called."""
    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence)
        self.remedy = remedy

    @property
    def whole(self) -> str:
        """The sentence and its remedy, in one line."""
        return sentence(str(self), self.remedy)


def sentence(reason: str, remedy: str) -> str:
    """A reason and what to do, in one line; without a remedy the reason alone."""
    return f"{reason.rstrip('.')}. {remedy}" if remedy else reason


class ConfigurationError(DeskconsoleError):
    """A file or an argument of the user's is wrong; it was left untouched."""

    code = "configuration-error"
    exit_code = 2


class InvalidField(ConfigurationError):
    """One field of a host is missing, unknown or out of its range. `field` is its name."""

    code = "invalid-field"

    def __init__(self, field: str, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence, remedy=remedy)
        self.field = field


class HostGone(ConfigurationError):
    """No host of that name is in the list, perhaps not any more."""

    code = "host-gone"


class ConnectionFailed(DeskconsoleError):
    """No SSH connection came about or stayed."""

    code = "connection-failed"
    exit_code = 3


class AddressError(ConnectionFailed):
    """The name does not resolve, or nothing answers at the port."""

    code = "address-error"


class HostKeyError(ConnectionFailed):
    """The host's key is unknown and was not trusted, has changed, or is revoked."""

    code = "host-key-error"
    exit_code = 4


class AuthenticationFailed(ConnectionFailed):
    """No key, password or passphrase was accepted."""

    code = "authentication-failed"
    exit_code = 5


class ForwardingRefused(ConnectionFailed):
    """The SSH server does not allow the tunnel."""

    code = "forwarding-refused"


class ConnectionLost(ConnectionFailed):
    """The connection stood, then it broke."""

    code = "connection-lost"


class BootstrapError(DeskconsoleError):
    """The host was reached, but the agent could not be brought up there."""

    code = "bootstrap-error"
    exit_code = 6


class UnsupportedHost(BootstrapError):
    """The host lacks what the agent needs (a Python, a supported platform)."""

    code = "unsupported-host"


class RuntimeUnavailable(BootstrapError):
    """The Python that Windows hosts are brought could not be built or kept on this machine."""

    code = "runtime-unavailable"


class DeployError(BootstrapError):
    """An upload or its verification failed."""

    code = "deploy-error"


class LaunchError(BootstrapError):
    """The agent did not come up."""

    code = "launch-error"


class NobodyLoggedOn(LaunchError):
    """No user is logged on at the host: there is no desktop to show, and there will be one."""

    code = "nobody-logged-on"


class Damaged(LaunchError):
    """The deployed files are not as they were sent; the next deploy knows and sends it again."""

    code = "damaged"


class StreamError(DeskconsoleError):
    """The agent was reached, but its stream is not usable."""

    code = "stream-error"
    exit_code = 7


class ProtocolViolation(StreamError):
    """The agent sent what the wire forbids."""

    code = "protocol-violation"


class VersionMismatch(StreamError):
    """Console and agent speak different versions of the wire."""

    code = "version-mismatch"


class Refused(StreamError):
    """The agent closed the link and said why."""

    code = "refused"


class Stale(StreamError):
    """The agent fell silent for longer than the heartbeat allows."""

    code = "stale"


class InputUnanswered(StreamError):
    """The agent did not say in time what became of an input."""

    code = "input-unanswered"


class ControlError(DeskconsoleError):
    """The host cannot be controlled."""

    code = "control-error"
    exit_code = 9


class ControlNotAllowed(ControlError):
    """This console may not act there: its settings forbid it, or the agent only shows."""

    code = "control-not-allowed"


class ControlBusy(ControlError):
    """Another console acts there."""

    code = "control-busy"
    exit_code = 10


class ControlRefused(ControlError):
    """The person at the host, or the host's policy, said no to seeing or acting."""

    code = "control-refused"
    exit_code = 10


class InputNotInjected(ControlError):
    """The host's system did not let the input through."""

    code = "input-not-injected"
    exit_code = 11


class ClipUnavailable(ControlError):
    """The text cannot be put into a clipboard, or fetched from it."""

    code = "clip-unavailable"
    exit_code = 11


class RecordingError(DeskconsoleError):
    """A recording cannot be played, or not be written any further."""

    code = "recording-error"
    exit_code = 12


class ConsoleNotRunning(DeskconsoleError):
    """No console of this user runs that could be asked."""

    code = "console-not-running"
    exit_code = 13


class SomeHostsFailed(DeskconsoleError):
    """A command for several hosts failed for some of them; each was told."""

    code = "some-hosts-failed"
    exit_code = 14


class AllHostsFailed(DeskconsoleError):
    """A command for several hosts failed for all of them; each was told."""

    code = "all-hosts-failed"
    exit_code = 15


class ViewerError(DeskconsoleError):
    """The window cannot be shown."""

    code = "viewer-error"
    exit_code = 8


class WakeError(DeskconsoleError):
    """The packet that wakes a host could not be sent."""

    code = "wake-error"


class Cancelled(DeskconsoleError):
    """The user called it off."""

    code = "cancelled"
    exit_code = 130


class InternalFault(DeskconsoleError):
    """A fault of this program; the log has where."""

    code = "internal-fault"
