"""Starts the agent by a scheduled task in the session of the person at the desktop, or finds one that runs.

Runs on the host in one of our runtimes. The token comes in through stdin and goes to
a file that only that user and administrators can read, never to a command line.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deskwin32 import held_files, schtasks

from .. import handover
from . import agents, run_folder, sessions, tasks
from .accounts import is_elevated, own_user
from .processes import own_folder
from .protection import PartFault, ProtectionFault, protect_folder, protect_parts, verify_parts
from .security import allow_reading, reach_others

LOOK_AGAIN = 0.5
"""Seconds between two looks whether somebody has logged on, and whether the agent lives."""

ASK_TASK = 2.0
"""Seconds between two questions what has become of the task: schtasks takes its time to answer."""

NOT_RUN = 10.0
"""Seconds after which a task that Windows has not even begun is given up."""

LOCK_WITHIN = 60.0
"""Seconds that another console's launch may take."""

VISIBLE_STATION = "winsta0"

USES = "uses.json"
"""The file in a run folder that says which parts its agent runs from, and which session it was to be in."""


def main(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments: instance, agent (folder's name), token (hex), options, parts (in use), highest, wait, reuse,
    wait_for_user (seconds), sessions (as probed a moment ago).

    Answers port, pid, token (of the agent that serves now), version, reused, word; or error, kind and log.
    """
    root = own_folder()
    (root / "run").mkdir(exist_ok=True)
    reach_others()
    deadline = time.monotonic() + arguments["wait_for_user"]
    # Where it took a command to learn of sessions, it is not asked twice within a moment.
    known = arguments["sessions"] if sessions.enumerated() is None else []
    while True:
        # Two consoles at once: the second finds the first one's agent. Not held while it waits for a log-on.
        # A launch whose connection was cut continues; it ends here by an OSError when the folder is removed.
        with locked(root / "run" / "lock"):
            if arguments["reuse"] and (
                running := find_running(root, arguments["instance"], arguments["sessions"])
            ):
                return running
            there = known or sessions.sessions()
            session = choose(there, elevated=is_elevated())
            refusal = {"error": nobody(there), "kind": "nobody"}
            if session is not None:
                several = sum(other["sid"] == session["sid"] for other in there if other["user"]) > 1
                started = start(root, session, arguments, chosen=session["number"] if several else None)
                if started.get("kind") != "nobody":
                    return started
                refusal = started
        if time.monotonic() >= deadline:
            return refusal
        known = []
        time.sleep(LOOK_AGAIN)


def choose(there: list[dict[str, Any]], *, elevated: bool) -> dict[str, Any] | None:
    """The session to show, of those that are there, likeliest first: the user's own, in whatever state it is.

    An administrator gets that of somebody else where he has none and that one is in use. A user without these
    rights may be refused even the name of his own session: where such a one is there, the scheduler decides.
    """
    for session in there:
        if session["own"] or (elevated and session["sid"] and session["state"] == "active"):
            return session
    unnamed = (session for session in there if not elevated and not session["user"])
    return next(({**session, "own": True} for session in unnamed), None)


def nobody(there: list[dict[str, Any]]) -> str:
    """Says why there is no session to show."""
    user, _ = own_user()
    others = sorted({session["user"] for session in there if session["user"]})
    if others:
        return (
            f"{user} is not logged on at the desktop, and {' and '.join(others)} cannot be shown to this user"
        )
    return "nobody is logged on"


def find_running(root: Path, instance: str, known: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The agent of this instance, where it lives in the session that a new one would be started in.

    `known`: the sessions as they were probed, for where it takes a command to learn of them.
    """
    folder = root / "run" / instance
    said = agents.speaking(folder, root)
    if said is None:
        return None
    try:
        token = (folder / handover.TOKEN).read_bytes()
        if (
            sessions.enumerated() is not None
        ):  # else it takes a command to learn of sessions, too long for a reconnect
            known = sessions.sessions()
            session = choose(known, elevated=is_elevated())
            # The scheduler may have put it elsewhere than it was told: it would do so again.
            if session is not None and session["number"] not in (said.get("session"), wanted(folder)):
                return None
        handover.note(folder)
    except OSError:
        return None
    session = next((session for session in known if session["number"] == said.get("session")), None)
    user = (session["user"] or own_user()[0]) if session else ""
    return answer(said, token.hex(), user, reused=True)


def wanted(folder: Path) -> int | None:
    """The session that the agent of a run folder was to be started in."""
    try:
        return int(json.loads((folder / USES).read_bytes())["session"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def answer(said: dict[str, Any], token: str, user: str, *, reused: bool) -> dict[str, Any]:
    """Makes the answer out of an agent's ready file; `user` is logged on in the agent's session."""
    word = ("session", "station", "desktop", "screen", "reason", "size", "flat", "capture")
    return {
        "port": said["port"],
        "pid": said["pid"],
        "version": said["version"],
        "token": token,
        "reused": reused,
        "user": user,
        "word": {name: said.get(name) for name in word} if "session" in said else None,
    }


def start(
    root: Path, session: dict[str, Any], arguments: dict[str, Any], *, chosen: int | None = None
) -> dict[str, Any]:
    """Starts an agent by a task that is gone when this returns; other agents without a console are ended.

    `chosen`: the session's number, where its user has several.
    """
    folder, agent = root / "run" / arguments["instance"], root / arguments["agent"]
    kept = agents.served(root) - ({said["pid"]} if (said := agents.ready(folder)) else set())
    agents.end(agents.living(root) - kept)
    clear_folders(root, kept, folder)
    account, own = own_user()
    user = own if session["own"] else session["sid"]
    run_folder.make(folder, own, user)
    if user != own:
        for part in arguments["parts"]:
            allow_reading(str(root / part), user)
    exposed = ""
    if arguments["highest"]:
        exposed = exposure(root, folder, arguments["parts"], of_others=user != own)
        try:
            verify_parts(root, arguments["parts"])  # after it: what is closed stays as it is found
        except PartFault as part:
            return failed(root, kept, folder, {"error": f"{part} is not what was sent"})
    (folder / handover.TOKEN).write_bytes(bytes.fromhex(arguments["token"]))
    uses = {"parts": arguments["parts"], "session": session["number"]}
    (folder / USES).write_text(json.dumps(uses), "utf-8")
    words = ["-I", "-X", "utf8", str(agent), "serve", "--port", "0"]
    words += ["--token-file", str(folder / handover.TOKEN)]
    words += ["--ready-file", str(folder / agents.READY), "--log-file", str(folder / agents.LOG)]
    if exposed:
        words += ["--refuse-control", exposed]
    if not session["own"]:
        words += ["--other-user"]
    program = root / Path(sys.executable).parent.name / agents.PROGRAM
    xml = tasks.task_xml(
        str(program),
        subprocess.list2cmdline([*words, *arguments["options"]]),
        user,
        highest=arguments["highest"],
    )
    name = schtasks.PREFIX + folder.name
    (folder / "task.xml").write_bytes(xml)
    if refusal := tasks.create(name, str(folder / "task.xml")) or tasks.run(name, chosen):
        return failed(root, kept, folder, {"error": refusal, "kind": "task"})
    deadline = time.monotonic() + arguments["wait"]
    trouble = wait_for_begin(name, folder, agent, deadline) or wait_for_ready(root, kept, folder, deadline)
    if trouble:
        return failed(root, kept, folder, explained(trouble, session))
    said = agents.ready(folder) or {}
    if sentence := misplaced(said):
        return failed(root, kept, folder, {"error": sentence, "kind": "place"})
    handover.note(folder)
    return answer(said, arguments["token"], session["user"] or account, reused=False)


def clear_folders(root: Path, kept: set[int], own: Path) -> None:
    """Deletes the run folders of ended agents; raises OSError where the `own` one of a new agent stays."""
    for folder in agents.folders(root):
        said = agents.ready(folder)
        if said is not None and said["pid"] in kept:
            continue
        if folder == own:  # a virus scanner may read the log there
            run_folder.clear(folder, held_files.HELD_TIMEOUT)
        else:
            with contextlib.suppress(OSError):  # somebody may read a log there: the next launch clears that
                run_folder.clear(folder)


def exposure(root: Path, folder: Path, parts: list[str], *, of_others: bool) -> str:
    """Protects what an agent with the highest rights runs from, and its folder; empty where that is done.

    Else the reason why such an agent must not act: other programs could act through it with more rights than
    they have.
    """
    if of_others:
        return (
            "the agent has the highest rights of the user at the desktop, whose other programs can read its "
            "token; run_level = least allows control"
        )
    try:
        protect_parts(root, parts)
        protect_folder(folder)
    except ProtectionFault as why:
        return (
            "the agent has the highest rights, and its files could not be protected from programs that have "
            f"fewer ({why}); run_level = least allows control"
        )
    return ""


def wait_for_begin(name: str, folder: Path, agent: Path, deadline: float) -> dict[str, Any] | None:
    """Waits until the agent opens its log; why it does not, by what the task's last result says."""
    asked = begun = time.monotonic()
    while (now := time.monotonic()) < deadline:
        if (folder / agents.LOG).exists():
            return None
        time.sleep(0.02)
        if now - asked < ASK_TASK:
            continue
        result = tasks.last_result(name)
        asked = time.monotonic()
        if result in (None, tasks.RUNNING) or (folder / agents.LOG).exists():
            continue
        if result not in (tasks.HAS_NOT_RUN, tasks.QUEUED):
            words = f"the agent could not begin: {tasks.in_words(result)}"
            return {
                "error": words,
                "log": [] if result in tasks.USER_AWAY else tried(agent),
                "result": result,
            }
        if now > begun + NOT_RUN:
            if result == tasks.HAS_NOT_RUN and sessions.enumerated() is None:
                return {"error": "nobody is logged on, as far as Windows tells", "kind": "nobody"}
            words = f"the agent's task was not begun: {tasks.in_words(result)}"
            return {"error": words, "result": result}
    return {"error": "the agent's task was begun, the agent was not"}


def explained(trouble: dict[str, Any], session: dict[str, Any]) -> dict[str, Any]:
    """The trouble, or that no user is there: the user may have logged off since the sessions were listed, or
    may be in none of them, where Windows did not say who is."""
    result = trouble.pop("result", None)
    if result in tasks.BLOCKED:
        return {**trouble, "kind": "blocked"}
    if result in tasks.USER_AWAY:
        there = sessions.sessions()
        if not session["user"] or choose(there, elevated=is_elevated()) is None:
            return {"error": nobody(there), "kind": "nobody"}
    return trouble


def wait_for_ready(root: Path, kept: set[int], folder: Path, deadline: float) -> dict[str, Any] | None:
    """Waits for the agent's ready file, and takes its task away meanwhile: what a task has begun runs on."""
    dropping = threading.Thread(target=run_folder.drop_task, args=(folder,))
    dropping.start()
    try:
        looked = time.monotonic()
        while (now := time.monotonic()) < deadline:
            if agents.speaking(folder, root):
                return None
            time.sleep(0.02)
            if now - looked >= LOOK_AGAIN:
                looked = now
                if not agents.living(root) - kept and not agents.ready(folder):
                    return {"error": "the agent ended at once", "log": agents.last_words(folder)}
        return {"error": "the agent did not get ready in time", "log": agents.last_words(folder)}
    finally:
        dropping.join()


def misplaced(said: dict[str, Any]) -> str:
    """Says what is wrong with the agent's place; empty if it can see a desktop, if only at times."""
    if said.get("session") == 0:
        return "the agent found itself in session 0, among the services, where no user's desktop is"
    station = str(said.get("station", VISIBLE_STATION))
    if station.casefold() != VISIBLE_STATION:
        return f"the agent found itself on the window station {station!r}, which no screen shows"
    return ""


def failed(root: Path, kept: set[int], folder: Path, refusal: dict[str, Any]) -> dict[str, Any]:
    """The refusal, after what was begun is gone: the task, the process, the folder."""
    agents.end(agents.living(root) - kept)
    with contextlib.suppress(OSError):  # the next launch clears it
        run_folder.clear(folder)
    return refusal


def tried(agent: Path) -> list[str]:
    """Collects what an agent that wrote no log says on standard error, which it does not have in a task."""
    command = [sys.executable, "-I", "-X", "utf8", str(agent), "--version"]
    try:
        finished = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=20.0
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return finished.stderr.decode("utf-8", "replace").splitlines()[-12:] if finished.returncode else []


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a file's lock, which the system takes back from a process that dies; OSError after a while."""
    if sys.platform != "win32":
        raise OSError(errno.ENOSYS, "only Windows locks files so")
    import msvcrt

    deadline = time.monotonic() + LOCK_WITHIN
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
