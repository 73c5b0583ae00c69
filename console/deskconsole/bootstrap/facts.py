"""Facts of a host after probing, deploying and launching: plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """Answers to the first question."""

    system: str
    """`uname -s`, or `Windows`."""
    machine: str = ""
    """`uname -m` or PROCESSOR_ARCHITECTURE."""
    home: str = ""
    """On Windows as SFTP says it: `/C:/Users/Ann Lee`."""
    python: str = ""
    """A Python that is new enough, or empty."""
    version: tuple[int, int, int] = (0, 0, 0)
    old: tuple[tuple[str, str], ...] = ()
    """Version and path of Pythons that are too old."""
    runtimes: tuple[str, ...] = ()
    """Names of our runtimes on a Windows host, the newest first."""


@dataclass(frozen=True, slots=True)
class XDisplay:
    """An X display that was found on the host."""

    display: str
    """Such as `:0`."""
    authority: str
    """Path of the XAUTHORITY file, or empty."""
    how: str
    """The way it was found, in words."""
    user: str = ""
    """The person whose desktop it is, by name; empty where the host does not tell."""


@dataclass(frozen=True, slots=True)
class DesktopSession:
    """A session in which somebody is logged on to a Windows host."""

    number: int
    station: str
    """`Console`, `RDP-Tcp#3`, or empty where unknown."""
    user: str
    """The account as the host writes it, with the domain where it is known: `LAB\\ann`."""
    sid: str
    """The user's, or empty where unknown."""
    state: str
    """`active`, `disconnected`, or the system's other word in small letters."""
    own: bool
    """It is the session of the user who logged in over SSH."""


@dataclass(frozen=True, slots=True)
class DeployedPart:
    """A deployed part on the host: `agent-<hash>`, `packages-<hash>` or `runtime-<hash>`."""

    name: str
    intact: bool


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """An agent that runs on the host."""

    pid: int
    instance: str


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Everything that probing found. Strings are the host's own words: data, nothing to trust."""

    host: str
    """The user's name for the host, for sentences."""
    platform: str
    """One of `platforms.PLATFORMS`."""
    machine: str
    """The system's word: `x86_64`, `aarch64`, `AMD64`, `ARM64`."""
    python: str
    """Path of the Python that runs the agent; relative to the profile on Windows, empty where there is no
    runtime for today's agent."""
    python_version: tuple[int, int, int]
    home: str
    root: str
    """The one folder of deskconsole on the host, as its own programs name it."""
    folder: str
    """The same folder as SFTP names it, from the folder in which SFTP and commands begin or absolute."""
    free: int | None
    """Bytes that may still be written where `root` is; None where unknown."""
    libc: str = ""
    """`glibc 2.36`, `musl`, or empty where unknown."""
    bits: int = 64
    missing: tuple[str, ...] = ()
    """Modules that the host's Python lacks; then packages are uploaded."""
    deployed: tuple[DeployedPart, ...] = ()
    agents: tuple[RunningAgent, ...] = ()
    displays: tuple[XDisplay, ...] = ()
    """The likeliest first."""
    looked: tuple[str, ...] = ()
    """Places where displays were looked for."""
    noexec: str = ""
    """The reason why no library can be loaded from below `root`; empty where one can."""
    silence: str = ""
    """Why none of the runtimes that are deployed on a Windows host answers; empty where one does."""
    build: str = ""
    """Windows' version, `10.0.22631`; empty where it is not known, and elsewhere."""
    shell: str = ""
    """The default shell of a Windows host: `cmd` or `powershell`."""
    user: str = ""
    """The user who logged in over SSH, as the Windows host writes it."""
    sid: str = ""
    elevated: bool | None = None
    """True if that user has an administrator's full rights over SSH; None where that is not known yet."""
    mac: str = ""
    """MAC address of the network card that the connection came by, in the host's words, or empty."""
    sessions: tuple[DesktopSession, ...] = ()
    """Sessions with somebody logged on; the one that the agent would be started in comes first."""

    def has(self, name: str) -> bool:
        """True if a part of that name is there and intact."""
        return any(part.name == name and part.intact for part in self.deployed)


@dataclass(frozen=True, slots=True)
class Foundation:
    """The base of the agent: nothing but the host's own Python, or a part that was brought along."""

    facts: HostFacts
    """The facts with it in place."""
    part: str | None = None
    """`packages-<hash>` or `runtime-<hash>`."""
    uploaded: int = 0


@dataclass(frozen=True, slots=True)
class Deployed:
    """Parts that are on the host now and will be launched."""

    agent: str
    """`agent-<content hash>`, the folder's name below the root."""
    facts: HostFacts
    """The facts as they are now, for launching."""
    packages: str | None = None
    """`packages-<hash>`, where the host's Python lacks something."""
    runtime: str | None = None
    """`runtime-<hash>`, the Python that was brought along."""
    uploaded: int = 0
    """Bytes that went up for it; 0 where everything was there."""


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Settings of an agent's start, beyond what the host's entry says."""

    source: str = "display"
    """`display`, or `synthetic` for the demo and tests."""
    scene: str = ""
    seed: int = 0
    size: tuple[int, int] | None = None
    """Width and height in pixels of a synthetic desktop."""
    screen: str = "live"
    """`live`, `black` or `locked`: what a synthetic desktop shows."""
    hostname: str = ""
    os_name: str = ""
    user: str = ""
    """The user that the agent of a synthetic desktop reports, as `hostname` and `os_name`: see Snapshot."""
    idle_exit: float = 600.0
    """Seconds without a console after which the agent ends."""
    reuse: bool = True
    """False: a running agent of the same kind is ended too (it no longer answers, say)."""
    view_only: bool = False
    """The agent shows its desktop and loads nothing that could act there."""
    wait_for_user: float = 0.0
    """Seconds to wait on the host for somebody to log on, before NobodyLoggedOn."""

    def words(self) -> list[str]:
        """Words for the agent's command line. The display is chosen later, in the stream's hello."""
        words = ["--idle-exit", f"{self.idle_exit:g}"]
        if self.view_only:
            words.append("--view-only")
        if self.source == "synthetic":
            words += ["--source", "synthetic", "--scene", self.scene, "--seed", str(self.seed)]
            if self.size is not None:
                words += ["--size", f"{self.size[0]}x{self.size[1]}"]
            words += ["--screen", self.screen, "--hostname", self.hostname]
            words += ["--os-name", self.os_name, "--user", self.user]
        return words


@dataclass(frozen=True, slots=True)
class DesktopWord:
    """A launched agent's word of where it finds itself: nothing else is believed."""

    session: int
    """0 is where services live: no desktop of anybody's."""
    station: str
    """Window station: `WinSta0` is the one that people see."""
    desktop: str
    """`Default`, or `Winlogon` for the secure one."""
    screen: str
    """A `ScreenState`."""
    reason: str
    size: tuple[int, int] | None
    """Size of the whole desktop in pixels; None where the first grab failed."""
    flat: bool | None
    """The picture has one colour only. A hint, not a verdict: some desktops are black."""
    capture: str = ""
    """The means by which the screen was grabbed when the agent began, and why by no better one."""


@dataclass(frozen=True, slots=True)
class Launched:
    """An agent that listens on the host's loopback."""

    port: int
    token: bytes
    pid: int
    version: str
    reused: bool
    """It was running already, from an earlier connection."""
    user: str = ""
    """The person logged on at the desktop, in the host's words; empty where the host does not tell."""
    word: DesktopWord | None = None
    """None where the platform's agents give none."""

    def __repr__(self) -> str:
        return f"Launched(port={self.port}, pid={self.pid}, version={self.version!r}, reused={self.reused})"


@dataclass(frozen=True, slots=True)
class Removed:
    """Counts of what undeploying removed."""

    processes: int
    files: int
    bytes: int
    left: tuple[str, ...] = ()
    """Things that could not be removed; empty when the host is as it was."""
