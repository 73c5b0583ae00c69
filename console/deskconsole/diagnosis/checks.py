"""What the facts of a host mean: one judgement a step, of plain values, without asking the host again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deskconsole.bootstrap.facts import DesktopSession, DesktopWord, HostFacts, Launched, Removed
from deskconsole.bootstrap.posix.platform import require_executing, x_session
from deskconsole.bootstrap.upload import disk_full
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
from deskconsole.session.snapshot import SCREEN_REMEDIES
from deskwire.messages import WIRE_VERSION, ScreenState

from .findings import DoctorStep, Outcome
from .stream_probe import StreamProbe

WINDOWS = "Windows"


class Verdict(NamedTuple):
    """How a step came out, in words."""

    outcome: Outcome
    sentence: str
    remedy: str = ""
    exit_code: int = 0


def good(sentence: str) -> Verdict:
    """As it should be."""
    return Verdict(Outcome.GOOD, sentence)


def doubtful(sentence: str, remedy: str = "") -> Verdict:
    """It works, or may; somebody should know."""
    return Verdict(Outcome.DOUBTFUL, sentence, remedy)


def bad(error: DeskconsoleError) -> Verdict:
    """What the error says."""
    return Verdict(Outcome.BAD, str(error), error.remedy, error.exit_code)


# Before anything is brought there


def system(facts: HostFacts) -> Verdict:
    """What runs there, on what."""
    words = [facts.platform, facts.machine, facts.libc]
    if facts.platform == WINDOWS:
        words += [f"{facts.shell} is its shell"] if facts.shell else []
        if facts.machine.upper() == "ARM64":
            return doubtful(
                f"{' '.join(filter(None, words))}: the agent's x64 Python runs there under emulation",
                "Nothing, unless it is too slow; nobody has tried it yet.",
            )
    else:
        words.append(f"Python {'.'.join(map(str, facts.python_version))} at {facts.python}")
    return good(", ".join(filter(None, words)))


def rights(facts: HostFacts) -> Verdict:
    """Whether the user who logs in may register the task that starts the agent."""
    who = facts.user or "the user"
    if facts.elevated is None:
        return doubtful(f"whether {who} has an administrator's rights is not known yet")
    if facts.elevated:
        return good(f"{who} has an administrator's rights")
    return doubtful(
        f"{who} is no administrator: only this user's own desktop can be shown",
        "If the task that starts the agent is refused, log in as an administrator of the host.",
    )


def desktop(facts: HostFacts, host: Host) -> Verdict:
    """Whether there is a desktop to show, and whose."""
    if facts.platform != WINDOWS:
        try:
            display = x_session(facts, host)["DISPLAY"]
        except LaunchError as error:
            return bad(error)
        how = next((found.how for found in facts.displays if found.display == display), "")
        words = f"{display} ({how})" if how and not host.x_display else display
        mine = display.partition(".")[0]
        others = dict.fromkeys(found.display for found in facts.displays if found.display != mine)
        return good(f"{words}; others: {', '.join(others)}" if others else words)
    if not facts.sessions:
        return doubtful(
            "nobody is logged on, as far as the host tells",
            "Log on at the host's own screen or by Remote Desktop, unless the launch finds somebody.",
        )
    chosen = facts.sessions[0]
    if chosen.own:
        return good(_where(chosen))
    if facts.elevated is False:
        return bad(
            NobodyLoggedOn(
                f"{facts.user or 'the user'} is not logged on at {facts.host}, and only an administrator "
                f"sees the desktop of {chosen.user}",
                remedy="Log on there, or log in as an administrator over SSH.",
            )
        )
    return doubtful(
        f"{_where(chosen)}: another user than {facts.user or 'the one who logged in over SSH'}",
        "That person is not notified. Make sure you are permitted to watch.",
    )


def _where(session: DesktopSession) -> str:
    place = f"session {session.number}"
    if session.station:
        place += f" at {session.station}"
    return f"{session.user} is logged on in {place} ({session.state})"


def runtime(facts: HostFacts, fitting: Runtime | None, uploads: Sequence[str] = ()) -> Verdict:
    """Whether a Windows host has, or can get, the Python for the agent.

    `fitting` is the console's, `uploads` names those that were cut there.
    """
    if facts.python:
        return good(f"Python {'.'.join(map(str, facts.python_version))} is installed: {facts.python}")
    if fitting is None:
        return doubtful(
            "no runtime that fits the agent is kept on this console: the first deploy builds one",
            "Without access to a package index, import one: `deskconsole runtime import FILE`.",
        )
    if part_of(fitting) in uploads:
        return good(
            f"an interrupted upload is on the host: {fitting.name} (Python {fitting.manifest.python}); "
            "the next deploy resumes it"
        )
    return good(
        f"{fitting.name} (Python {fitting.manifest.python}) will be sent, "
        f"{fitting.manifest.upload / 1e6:.0f} MB"
    )


def disk(facts: HostFacts, needed: int) -> Verdict:
    """Judges whether `needed` bytes, as deploying reckons, are free on the host."""
    if facts.free is None:
        return doubtful(
            f"how much is free at {facts.root} is not known", f"It should be {needed / 1e6:.0f} MB at least."
        )
    if facts.free >= needed:
        try:
            require_executing(facts)
        except DeployError as error:
            return bad(error)
        return good(f"{facts.free / 1e9:.1f} GB are free at {facts.root}")
    return bad(disk_full(facts, "", facts.free, needed))


def deployed(facts: HostFacts, uploads: Sequence[str] = ()) -> Verdict:
    """Judges the parts of ours on the host; `uploads` names those that were interrupted."""
    broken = [part.name for part in facts.deployed if not part.intact]
    if broken:
        return doubtful(f"damaged: {', '.join(broken)}", "The next deploy sends it again.")
    if uploads:
        whole = f", beside {', '.join(part.name for part in facts.deployed)}" if facts.deployed else ""
        return doubtful(
            f"uploads that were interrupted, or are under way: {', '.join(uploads)}{whole}",
            "The next deploy of the same console resumes its own; `undeploy` removes all.",
        )
    if not facts.deployed:
        return good("no deskconsole files on this host")
    agents = len(facts.agents)
    running = {0: "no agent runs", 1: "1 agent runs"}.get(agents, f"{agents} agents run")
    return good(f"{', '.join(part.name for part in facts.deployed)}; {running}")


# After the launch


def session(launched: Launched, word: DesktopWord) -> Verdict:
    """Where the agent says it lives: session 0 has no desktop of anybody's, whatever it grabs."""
    place = f"session {word.session}, {word.station}\\{word.desktop}"
    if word.session == 0 or word.station.lower() != "winsta0":
        return bad(
            LaunchError(
                f"the agent (process {launched.pid}) runs in {place}, which nobody sees",
                remedy="Log on at the host's own desktop, then try again.",
            )
        )
    grabs = f" and grabs by {word.capture}" if word.capture else ""
    return good(f"the agent (process {launched.pid}) runs in {place}{grabs}")


def glimpse(glance: StreamProbe, launched: Launched, host: str) -> Iterator[tuple[DoctorStep, Verdict]]:
    """Greeting, versions, picture and comparison, as far as the link came."""
    if isinstance(glance.failure, VersionMismatch):
        yield DoctorStep.TOKEN, good("the agent took the token")
        yield DoctorStep.VERSIONS, bad(glance.failure)
    elif glance.welcome is None:
        failure = glance.failure or StreamError("the agent did not answer the greeting", remedy="Try again.")
        yield DoctorStep.TOKEN, bad(failure)
    else:
        yield DoctorStep.TOKEN, good(f"the agent took the token: {glance.welcome.platform}")
        # Else there would have been no greeting.
        yield (
            DoctorStep.VERSIONS,
            good(f"agent {launched.version}, version {WIRE_VERSION} of the wire on both sides"),
        )
        yield DoctorStep.PICTURE, picture(glance, host)
        if glance.size is not None:
            yield DoctorStep.EXACT, exact(glance)
        elif glance.failure is None:
            yield DoctorStep.EXACT, Verdict(Outcome.SKIPPED, "there is no picture to compare")


def picture(glance: StreamProbe, host: str) -> Verdict:
    """Whether a picture came, and whether it may be one of nothing."""
    if glance.size is None:
        if glance.failure is not None:
            return bad(glance.failure)
        reason = f": {glance.reason}" if glance.reason else ""
        sentence = f"{host} has no picture, {glance.state}{reason}"
        if glance.state in {ScreenState.LIVE, ScreenState.GRAB_FAILED}:
            return bad(StreamError(sentence, remedy=SCREEN_REMEDIES.get(glance.state, "Try again.")))
        return doubtful(sentence, SCREEN_REMEDIES.get(glance.state, ""))
    size = f"{glance.size[0]}x{glance.size[1]}"
    if glance.state is not ScreenState.LIVE:
        return doubtful(
            f"{size}, but now {glance.state}: {glance.reason}", SCREEN_REMEDIES.get(glance.state, "")
        )
    if glance.flat:
        return doubtful(
            f"{size}, all of one colour",
            "Look there whether the screen is that empty: a sleeping or phantom screen looks so too.",
        )
    return good(size)


def exact(glance: StreamProbe) -> Verdict:
    """Whether the console has the very pixels that the agent has."""
    if glance.exact is None:
        if glance.failure is not None:
            return bad(glance.failure)
        return doubtful("the pictures were not compared in time", "Try again; the link may be slow.")
    if not glance.exact:
        return bad(StreamError("the console's picture differs from the host's", remedy="Report this."))
    return good("the digests of both pictures agree")


def kept(foreign: Sequence[str]) -> Verdict:
    """What somebody else brought meanwhile keeps everything."""
    return doubtful(
        f"everything stays there: another console uses the host by now ({', '.join(foreign)})",
        "`deskconsole undeploy` takes all away when nobody uses it any more.",
    )


def clean_up(removed: Removed, host: str) -> Verdict:
    """Whether a bare host is bare again."""
    if removed.left:
        return bad(
            BootstrapError(
                f"not everything could be taken off {host} again: {', '.join(removed.left)}",
                remedy="End or delete that there by hand.",
            )
        )
    return good("what was sent is gone again: the host is as it was before")
