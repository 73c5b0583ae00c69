"""The sentences of doctor's findings: of what is right, and of what is doubtful, with what can be done.

`diagnosis` decides which of them is true. What is wrong has the sentence of its error. Sentences may contain
a host's own words: pass them through `safe_text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskconsole.bootstrap.facts import DesktopSession, DesktopWord, HostFacts, Launched
from deskconsole.bootstrap.windows.python import remedy_for
from deskconsole.runtimes.container import Runtime


class Doubt(NamedTuple):
    """A doubtful finding as users read it."""

    sentence: str
    remedy: str = ""


def skipped_after(step: str) -> str:
    return f"skipped until this is fixed: {step}"


NOT_ASKED_FOR = "not asked for"
"""Steps that a user left out."""


# Looking

FORWARDING = "the SSH server allows tunnels"


def files(home: str) -> str:
    return f"SFTP starts in {home}"


def home_of_old_server(home: str, server: str) -> Doubt:
    return Doubt(
        f"SFTP starts in {home}, and {server} may not reach folders whose names have such letters",
        "If the deploy fails, update the OpenSSH server there to 8.1 or later.",
    )


def shell(system: str) -> str:
    return f"it is a {system} host"


def windows(facts: HostFacts) -> str:
    return ", ".join(_windows(facts))


def linux(facts: HostFacts) -> str:
    python = f"Python {_version(facts)} at {facts.python}"
    return ", ".join(filter(None, (facts.platform, facts.machine, facts.libc, python)))


def emulated(facts: HostFacts) -> Doubt:
    return Doubt(
        f"{' '.join(_windows(facts))}: the agent's x64 Python runs there under emulation",
        "Nothing to do unless it is too slow; this has not been tried yet.",
    )


def administrator(user: str) -> str:
    return f"{user} has an administrator's rights"


def rights_unknown(user: str) -> Doubt:
    return Doubt(f"whether {user} has an administrator's rights is not known yet")


def no_administrator(user: str) -> Doubt:
    return Doubt(
        f"{user} is no administrator: only this user's own desktop can be shown",
        "If the task that starts the agent is refused, log in as an administrator of the host.",
    )


def x_display(display: str, how: str, others: Sequence[str]) -> str:
    """`how` it was found may be empty; `others` are displays of the host that are not shown."""
    words = f"{display} ({how})" if how else display
    return f"{words}; others: {', '.join(others)}" if others else words


DRAWN = "the agent draws one"

NOBODY_LOGGED_ON = Doubt(
    "nobody is logged on, as far as the host tells",
    "Log on at the host's own screen or by Remote Desktop, unless the launch finds somebody.",
)

UNNAMED_SESSION = Doubt(
    "somebody is logged on, and Windows does not tell this user who",
    "See whether the launch finds the user's own desktop; else log in as an administrator.",
)


def all_logged_on(sessions: Sequence[DesktopSession]) -> str:
    """The session that is shown comes first."""
    return "; ".join(map(logged_on, sessions))


def logged_on(session: DesktopSession) -> str:
    place = f"session {session.number}"
    if session.station:
        place += f" at {session.station}"
    return f"{session.user} is logged on in {place} ({session.state})"


def another_user(session: DesktopSession, user: str) -> Doubt:
    """`user` logs in over SSH, and may be empty."""
    return Doubt(
        f"{logged_on(session)}: another user than {user or 'the one who logged in over SSH'}",
        "That person is not notified. Make sure you are permitted to watch.",
    )


def python_installed(facts: HostFacts) -> str:
    return f"Python {_version(facts)} is installed: {facts.python}"


NO_RUNTIME = Doubt(
    "no runtime that fits the agent is kept on this console: the first deploy builds one",
    "Without access to a package index, import one: `deskconsole runtime import FILE`.",
)


def runtime_interrupted(runtime: Runtime) -> str:
    return f"an interrupted upload is on the host: {_named(runtime)}; the next deploy resumes it"


def runtime_to_send(runtime: Runtime) -> str:
    return f"{_named(runtime)} will be sent, {runtime.manifest.upload / 1e6:.0f} MB"


def room(root: str, free: int) -> str:
    return f"{free / 1e9:.1f} GB are free at {root}"


def room_unknown(facts: HostFacts, needed: int) -> Doubt:
    return Doubt(
        f"the free space at {facts.root} is not known", f"It should be at least {needed / 1e6:.0f} MB."
    )


def silent(why: str) -> Doubt:
    """What is deployed on a Windows host is there, and its Python gives no answer."""
    return Doubt(why, remedy_for(why))


def damaged(parts: Sequence[str]) -> Doubt:
    return Doubt(f"damaged: {', '.join(parts)}", "The next deploy sends it again.")


def interrupted(uploads: Sequence[str], parts: Sequence[str]) -> Doubt:
    """`parts` are on the host beside them."""
    beside = f", beside {', '.join(parts)}" if parts else ""
    return Doubt(
        f"uploads that were interrupted, or are under way: {', '.join(uploads)}{beside}",
        "The next deploy of the same console resumes its own; `undeploy` removes all.",
    )


NOTHING_DEPLOYED = "no deskconsole files on this host"


def deployed(parts: Sequence[str], agents: int) -> str:
    """`agents` of them run."""
    running = {0: "no agent runs", 1: "1 agent runs"}.get(agents, f"{agents} agents run")
    return f"{', '.join(parts)}; {running}"


# Proving


def sent(parts: Sequence[str], uploaded: int) -> str:
    names = " and ".join(parts)
    return f"{names}, {uploaded / 1e6:,.1f} MB sent" if uploaded else f"{names} already installed and intact"


def launched(agent: Launched) -> str:
    return f"the agent started: process {agent.pid}, port {agent.port}"


def agent_session(agent: Launched, word: DesktopWord) -> str:
    grabs = f" and grabs by {word.capture}" if word.capture else ""
    return f"the agent (process {agent.pid}) runs in {desktop_place(word)}{grabs}"


def desktop_place(word: DesktopWord) -> str:
    return f"session {word.session}, {word.station}\\{word.desktop}"


def token_taken(platform: str = "") -> str:
    """`platform` is the agent's own word for its system."""
    return f"the agent accepted the token: {platform}" if platform else "the agent accepted the token"


def versions(agent: str, wire: int) -> str:
    return f"agent {agent}, wire version {wire} on both sides"


NOTHING_TO_COMPARE = "there is no picture to compare"


def picture(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def picture_lost(size: tuple[int, int], state: str, reason: str, remedy: str) -> Doubt:
    return Doubt(f"{picture(size)}, but now {state}: {reason}", remedy)


def picture_flat(size: tuple[int, int]) -> Doubt:
    return Doubt(
        f"{picture(size)}, all of one colour",
        "Check on the host whether the screen really is empty: a sleeping or phantom screen looks the same.",
    )


NOT_COMPARED = Doubt("the pictures were not compared in time", "Try again; the link may be slow.")

EXACT = "the digests of both pictures agree"


# Cleaning up


def files_stay(seconds: float) -> str:
    return f"this agent ends within {seconds:.0f} s; the files stay"


def kept(foreign: Sequence[str]) -> Doubt:
    return Doubt(
        f"left in place: another console is using this host ({', '.join(foreign)})",
        "`deskconsole undeploy` removes everything once no console uses it.",
    )


REMOVED = "what was sent is removed: the host is as before"


def _named(runtime: Runtime) -> str:
    return f"{runtime.name} (Python {runtime.manifest.python})"


def _windows(facts: HostFacts) -> list[str]:
    shell = f"{facts.shell} is its shell" if facts.shell else ""
    system = " ".join(filter(None, (facts.platform, facts.build)))
    return [word for word in (system, facts.machine, facts.libc, shell) if word]


def _version(facts: HostFacts) -> str:
    return ".".join(map(str, facts.python_version))
