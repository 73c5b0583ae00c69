"""What the console knows of a host after probing, deploying and launching: plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """What the first question told."""

    system: str
    """As `uname -s` says, or `Windows`."""
    machine: str = ""
    """As `uname -m` or PROCESSOR_ARCHITECTURE says."""
    home: str = ""
    """On Windows as SFTP says it: `/C:/Users/Ann Lee`."""
    python: str = ""
    """A Python that is new enough, or empty."""
    version: tuple[int, int, int] = (0, 0, 0)
    old: tuple[tuple[str, str], ...] = ()
    """Version and path of Pythons that are too old."""
    runtimes: tuple[str, ...] = ()
    """Names of the runtimes of ours that lie on a Windows host, the newest first."""


@dataclass(frozen=True, slots=True)
class XDisplay:
    """An X display that was found on the host."""

    display: str
    """Such as `:0`."""
    authority: str
    """Path of the XAUTHORITY file, or empty."""
    how: str
    """How it was found, in words."""
    user: str = ""
    """The person whose desktop it is, by name; empty where the host does not tell."""


@dataclass(frozen=True, slots=True)
class DesktopSession:
    """A session in which somebody is logged on to a Windows host."""

    number: int
    station: str
    """`Console`, `RDP-Tcp#3`, or empty where nobody knows."""
    user: str
    """As the host writes it, with the domain where it is known: `LAB\\ann`."""
    sid: str
    """The user's, or empty where nobody knows."""
    state: str
    """`active`, `disconnected`, or the system's other word in small letters."""
    own: bool
    """It is the session of the user who logged in over SSH."""


@dataclass(frozen=True, slots=True)
class DeployedPart:
    """Something of ours that lies on the host: `agent-<hash>`, `packages-<hash>` or `runtime-<hash>`."""

    name: str
    intact: bool


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """An agent that lives on the host."""

    pid: int
    instance: str


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What probing found. Strings are the host's own words: data, nothing to trust."""

    host: str
    """The user's name for the host, for sentences."""
    platform: str
    """Which of `platforms.PLATFORMS` it is."""
    machine: str
    """As the system says: `x86_64`, `aarch64`, `AMD64`, `ARM64`."""
    python: str
    """Path of the Python that runs the agent; relative to the profile on Windows, empty where no runtime for
    today's agent lies there."""
    python_version: tuple[int, int, int]
    home: str
    root: str
    """The one folder on the host in which everything of ours lies, as its own programs name it."""
    folder: str
    """The same folder as SFTP names it, from the folder in which SFTP and commands begin or absolute."""
    free: int | None
    """Bytes that may still be written where `root` is; None where nobody knows."""
    libc: str = ""
    """`glibc 2.36`, `musl`, or empty where nobody knows."""
    bits: int = 64
    missing: tuple[str, ...] = ()
    """Modules that the host's Python lacks; then packages are uploaded."""
    deployed: tuple[DeployedPart, ...] = ()
    agents: tuple[RunningAgent, ...] = ()
    displays: tuple[XDisplay, ...] = ()
    """The likeliest first."""
    looked: tuple[str, ...] = ()
    """Where displays were looked for."""
    noexec: str = ""
    """Why no library can be loaded from below `root`, in words; empty where one can."""
    shell: str = ""
    """The default shell of a Windows host: `cmd` or `powershell`."""
    user: str = ""
    """Who logged in over SSH, as the Windows host writes it."""
    sid: str = ""
    elevated: bool | None = None
    """Whether that user has an administrator's full rights over SSH; None where nobody knows yet."""
    sessions: tuple[DesktopSession, ...] = ()
    """Who is logged on where; the session that the agent would be started in comes first."""

    def has(self, name: str) -> bool:
        """Whether a part of that name lies there, whole."""
        return any(part.name == name and part.intact for part in self.deployed)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the agent stands on: nothing but the host's own Python, or a part that was brought along."""

    facts: HostFacts
    """As they are with it in place."""
    part: str | None = None
    """`packages-<hash>` or `runtime-<hash>`."""
    uploaded: int = 0


@dataclass(frozen=True, slots=True)
class Deployed:
    """What lies on the host now and will be launched."""

    agent: str
    """`agent-<content hash>`, the folder's name below the root."""
    facts: HostFacts
    """As they are now, for launching."""
    packages: str | None = None
    """`packages-<hash>`, where the host's Python lacks something."""
    runtime: str | None = None
    """`runtime-<hash>`, the Python that was brought along."""
    uploaded: int = 0
    """Bytes that went up for it; 0 where everything was there."""


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """How the agent is started, beyond what the host's entry says."""

    source: str = "display"
    """`display`, or `synthetic` for the demo and tests."""
    scene: str = ""
    seed: int = 0
    size: tuple[int, int] | None = None
    """Width and height in pixels of a synthetic desktop."""
    idle_exit: float = 600.0
    """Seconds without a console after which the agent ends by itself."""
    reuse: bool = True
    """False: a running agent of the same kind is ended too (it no longer answers, say)."""
    wait_for_user: float = 0.0
    """Seconds to wait on the host for somebody to log on, before NobodyLoggedOn."""

    def words(self) -> list[str]:
        """For the agent's command line. Which display is wanted is said later, in the stream's hello."""
        words = ["--idle-exit", f"{self.idle_exit:g}"]
        if self.source == "synthetic":
            words += ["--source", "synthetic", "--scene", self.scene, "--seed", str(self.seed)]
            if self.size is not None:
                words += ["--size", f"{self.size[0]}x{self.size[1]}"]
        return words


@dataclass(frozen=True, slots=True)
class DesktopWord:
    """What a launched agent says of where it finds itself: its own word is all that is believed."""

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
    """Of the whole desktop in pixels; None where the first grab failed."""
    flat: bool | None
    """The picture has one colour only. A hint, not a verdict: some desktops are black."""
    capture: str = ""
    """By what means the screen was grabbed when the agent began, and why by no better one."""


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
    """What undeploying took away."""

    processes: int
    files: int
    bytes: int
    left: tuple[str, ...] = ()
    """What could not be removed; empty when the host is as it was."""
