"""Judges the facts of a host, one step a function, from plain values, without asking the host again.

The sentences are in `wording/findings.py`; what is wrong has an error and its sentence here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deskconsole.bootstrap.facts import DesktopWord, HostFacts, Launched, Removed
from deskconsole.bootstrap.posix.platform import require_executing, x_session
from deskconsole.bootstrap.upload import disk_full
from deskconsole.bootstrap.windows.contact import OLD_SERVER
from deskconsole.bootstrap.windows.runtime import part_of
from deskconsole.common.errors import (
    BootstrapError,
    DeployError,
    DeskconsoleError,
    LaunchError,
    NobodyLoggedOn,
    StreamError,
    VersionMismatch,
)
from deskconsole.inventory.host import Host
from deskconsole.runtimes.container import Runtime
from deskconsole.session.host_screen import SCREEN_REMEDIES, no_picture
from deskconsole.wording import findings
from deskconsole.wording.findings import Doubt
from deskwire.messages import WIRE_VERSION, ScreenState

from .findings import DoctorStep, Outcome
from .stream_probe import StreamProbe

WINDOWS = "Windows"


class Verdict(NamedTuple):
    """The outcome of a step, in words."""

    outcome: Outcome
    sentence: str
    remedy: str = ""
    exit_code: int = 0


def good(sentence: str) -> Verdict:
    """All is as it should be."""
    return Verdict(Outcome.GOOD, sentence)


def doubtful(doubt: Doubt) -> Verdict:
    """It works, or may; the user should know."""
    return Verdict(Outcome.DOUBTFUL, *doubt)


def bad(error: DeskconsoleError) -> Verdict:
    """Something is wrong; the error says what."""
    return Verdict(Outcome.BAD, str(error), error.remedy, error.exit_code)


# Before anything is brought there


def files(home: str, server: str) -> Verdict:
    """Judges where SFTP begins: Windows' old servers know the letters of one code page only."""
    if not home.isascii() and OLD_SERVER.search(server):
        return doubtful(findings.home_of_old_server(home, server))
    return good(findings.files(home))


def system(facts: HostFacts) -> Verdict:
    """Judges the system and its hardware."""
    if facts.platform != WINDOWS:
        return good(findings.linux(facts))
    if facts.machine.upper() == "ARM64":
        return doubtful(findings.emulated(facts))
    return good(findings.windows(facts))


def rights(facts: HostFacts) -> Verdict:
    """Judges whether the user who logs in may register the task that starts the agent."""
    who = facts.user or "the user"
    if facts.elevated is None:
        return doubtful(findings.rights_unknown(who))
    return good(findings.administrator(who)) if facts.elevated else doubtful(findings.no_administrator(who))


def desktop(facts: HostFacts, host: Host, *, drawn: bool = False) -> Verdict:
    """Judges whether there is a desktop to show, and whose. `drawn`: the agent draws one, as in the demo."""
    if drawn:
        return good(findings.DRAWN)
    if facts.platform != WINDOWS:
        try:
            display = x_session(facts, host)["DISPLAY"]
        except LaunchError as error:
            return bad(error)
        how = next((found.how for found in facts.displays if found.display == display), "")
        shown = display.partition(".")[0]
        others = dict.fromkeys(found.display for found in facts.displays if found.display != shown)
        return good(findings.x_display(display, "" if host.x_display else how, list(others)))
    if not facts.sessions:
        return doubtful(findings.NOBODY_LOGGED_ON)
    chosen = facts.sessions[0]
    if chosen.own:
        return good(findings.all_logged_on(facts.sessions))
    if facts.elevated is False:
        if any(not session.user for session in facts.sessions):
            return doubtful(findings.UNNAMED_SESSION)
        return bad(
            NobodyLoggedOn(
                f"{facts.user or 'the user'} is not logged on at {facts.host}, and only an administrator "
                f"sees the desktop of {chosen.user}",
                remedy="Log on there, or log in as an administrator over SSH.",
            )
        )
    return doubtful(findings.another_user(chosen, facts.user))


def runtime(facts: HostFacts, fitting: Runtime | None, uploads: Sequence[str] = ()) -> Verdict:
    """Judges whether a Windows host has, or can get, the Python for the agent.

    `fitting` is the console's, `uploads` names those that were cut there.
    """
    if facts.python:
        return good(findings.python_installed(facts))
    if fitting is None:
        return doubtful(findings.NO_RUNTIME)
    if part_of(fitting) in uploads:
        return good(findings.runtime_interrupted(fitting))
    return good(findings.runtime_to_send(fitting))


def disk(facts: HostFacts, needed: int) -> Verdict:
    """Judges whether `needed` bytes, as deploying reckons, are free on the host."""
    if facts.free is None:
        return doubtful(findings.room_unknown(facts, needed))
    if facts.free < needed:
        return bad(disk_full(facts, "", facts.free, needed))
    try:
        require_executing(facts)
    except DeployError as error:
        return bad(error)
    return good(findings.room(facts.root, facts.free))


def deployed(facts: HostFacts, uploads: Sequence[str] = ()) -> Verdict:
    """Judges what is deployed on the host; `uploads` names those that were interrupted."""
    parts = [part.name for part in facts.deployed]
    broken = [part.name for part in facts.deployed if not part.intact]
    if facts.silence:
        return doubtful(findings.silent(facts.silence))
    if broken:
        return doubtful(findings.damaged(broken))
    if uploads:
        return doubtful(findings.interrupted(uploads, parts))
    return good(findings.deployed(parts, len(facts.agents)) if parts else findings.NOTHING_DEPLOYED)


# After the launch


def session(launched: Launched, word: DesktopWord) -> Verdict:
    """Judges where the agent runs: session 0 has no user's desktop, whatever the agent grabs."""
    place = findings.desktop_place(word)
    if word.session == 0 or word.station.lower() != "winsta0":
        return bad(
            LaunchError(
                f"the agent (process {launched.pid}) runs in {place}, which no screen shows",
                remedy="Log on at the host's own desktop, then try again.",
            )
        )
    return good(findings.agent_session(launched, word))


def stream(seen: StreamProbe, launched: Launched, host: str) -> Iterator[tuple[DoctorStep, Verdict]]:
    """Judges greeting, versions, picture and comparison, as far as the link came."""
    if isinstance(seen.failure, VersionMismatch):
        yield DoctorStep.TOKEN, good(findings.token_taken())
        yield DoctorStep.VERSIONS, bad(seen.failure)
    elif seen.welcome is None:
        failure = seen.failure or StreamError("the agent did not answer the greeting", remedy="Try again.")
        yield DoctorStep.TOKEN, bad(failure)
    else:
        yield DoctorStep.TOKEN, good(findings.token_taken(seen.welcome.platform))
        # Else there would have been no greeting.
        yield DoctorStep.VERSIONS, good(findings.versions(launched.version, WIRE_VERSION))
        yield DoctorStep.PICTURE, picture(seen, host)
        if seen.size is not None:
            yield DoctorStep.EXACT, exact(seen)
        elif seen.failure is None:
            yield DoctorStep.EXACT, Verdict(Outcome.SKIPPED, findings.NOTHING_TO_COMPARE)


def picture(seen: StreamProbe, host: str) -> Verdict:
    """Judges whether a picture came, and whether it may show nothing."""
    if seen.size is None:
        if seen.failure is not None:
            return bad(seen.failure)
        sentence = no_picture(host, seen.state, seen.reason)
        if seen.state in {ScreenState.LIVE, ScreenState.GRAB_FAILED}:
            return bad(StreamError(sentence, remedy=SCREEN_REMEDIES.get(seen.state, "Try again.")))
        return doubtful(Doubt(sentence, SCREEN_REMEDIES.get(seen.state, "")))
    if seen.state is not ScreenState.LIVE:
        remedy = SCREEN_REMEDIES.get(seen.state, "")
        return doubtful(findings.picture_lost(seen.size, seen.state, seen.reason, remedy))
    if seen.flat:
        return doubtful(findings.picture_flat(seen.size))
    return good(findings.picture(seen.size))


def exact(seen: StreamProbe) -> Verdict:
    """Judges whether the console has the very pixels that the agent has."""
    if seen.exact is None:
        if seen.failure is not None:
            return bad(seen.failure)
        return doubtful(findings.NOT_COMPARED)
    if not seen.exact:
        return bad(StreamError("the console's picture differs from the host's", remedy="Report this."))
    return good(findings.EXACT)


def clean_up(removed: Removed, host: str) -> Verdict:
    """Judges whether a bare host is bare again."""
    if removed.left:
        return bad(
            BootstrapError(
                f"not everything could be removed from {host}: {', '.join(removed.left)}",
                remedy="End these processes or delete these files on the host manually.",
            )
        )
    return good(findings.REMOVED)
