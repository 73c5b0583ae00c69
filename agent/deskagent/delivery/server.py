"""The agent's listener: loopback only, a few consoles at a time; it ends when no console comes."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import selectors
import socket
import sys
import threading
import time

from deskagent.capture.source import GrabberOpener
from deskagent.computer import Computer, ComputerWatch
from deskagent.control.client import ControlGate
from deskagent.control.host_consent import HostConsent
from deskagent.control.view_only import ViewOnlyGate
from deskwire.messages import Person
from deskwire.triggers import Trigger

from .display_feed import DisplayFeeds
from .link import ConsoleLink

_WAITING_LINKS = 16
"""Connections that may be open without a token at the same time; each is given five seconds."""

MOST_CONSOLES = 8
"""Consoles at one time. Each has two threads and a stream of its own, with the compressor's window
(12 MB for a desktop of 1080p), and nothing that another one waits for."""

_ACCEPT_RETRY = 0.5
"""Seconds until the next attempt after a connection could not be accepted. It still waits to be, so that
without a pause the loop would do nothing else for as long as there are no descriptors."""

_WRONG_TOLD = 60.0
"""Seconds between two lines of the log on links without the token: other users of the host can open them as
often as they like."""

_LOOK_FOR_PERSON = 5.0
"""Seconds between two looks at who is at the desktop: a few small files are read."""

_M_ARENA_MAX = -8
"""The number in glibc's malloc.h."""

_log = logging.getLogger(__name__)


class Server:
    """Accepts consoles on 127.0.0.1 and gives those with the token the desktop, several at a time.

    A console that was cut off comes back on a new connection while its old one may still look alive; so
    where there are too many the newest displaces the oldest, which is told so.
    """

    def __init__(
        self,
        port: int,
        token: bytes,
        open_grabber: GrabberOpener,
        gate: ControlGate | None = None,
        consent: HostConsent | None = None,
        computer: ComputerWatch | None = None,
    ) -> None:
        """Binds `port`, 0 for a free one; raises OSError where it cannot. Without a gate consoles only look,
        without `consent` no person is asked and there is no sign. `computer`: who and what consoles are told
        that this is."""
        self._gate = gate or ViewOnlyGate("this agent only shows")
        self._consent = consent or HostConsent()
        self._token = token
        self._computer = computer or ComputerWatch(Computer())
        self._feeds = DisplayFeeds(open_grabber)
        self._lock = threading.Lock()
        self._links: set[ConsoleLink] = set()
        self._admitted: list[ConsoleLink] = []
        self._served_before = False
        self._wrong = 0
        """Links without the token of which the log does not say yet."""
        self._wrong_told = -_WRONG_TOLD
        self._last_served = time.monotonic()
        self._over = threading.Event()
        self._closing, self._close_signal = socket.socketpair()
        self._listener = _listen(port)
        self.port: int = self._listener.getsockname()[1]

    def serve(self, idle_exit: float | None) -> None:
        """Serves until `close`, or until no console has been there for `idle_exit` seconds."""
        # On a thread of its own: a directory in the network may take long to say a name.
        watch = threading.Thread(target=self._watch_person, name="person", daemon=True)
        watch.start()
        try:
            self._serve(idle_exit)
        finally:
            self._over.set()
            watch.join(timeout=1.0)

    def _serve(self, idle_exit: float | None) -> None:
        with selectors.DefaultSelector() as selector, self._listener, self._closing:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._closing, selectors.EVENT_READ)
            while not self._expired(idle_exit):
                for key, _ in selector.select(timeout=0.5):
                    if key.fileobj is self._closing:
                        self._end_links()
                        return
                    self._accept()
                self._tell_wrong()
            _log.info("no console for %s s: ending", idle_exit)
            self._end_links()

    def close(self) -> None:
        """Ends `serve`, from any thread or signal handler."""
        self._close_signal.close()

    def _expired(self, idle_exit: float | None) -> bool:
        with self._lock:
            if self._admitted:
                self._last_served = time.monotonic()
            return idle_exit is not None and time.monotonic() - self._last_served > idle_exit

    def _tell_wrong(self) -> None:
        now = time.monotonic()
        with self._lock:
            if self._wrong and now - self._wrong_told >= _WRONG_TOLD:
                _log.warning("connections without the right token: %d", self._wrong)
                self._wrong, self._wrong_told = 0, now

    def _watch_person(self) -> None:
        """Tells all consoles of another person at the desktop, who is looked for now and then."""
        while not self._over.wait(_LOOK_FOR_PERSON):
            if (user := self._computer.changed_user()) is not None:
                with self._lock:
                    links = list(self._admitted)
                for link in links:
                    link.tell(Person(user))

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError as error:
            _log.warning("could not accept a connection: %s", error)
            time.sleep(_ACCEPT_RETRY)
            return
        with self._lock:
            crowded = len(self._links) >= _WAITING_LINKS
        if crowded:
            sock.close()
            return
        link = ConsoleLink(
            sock,
            self._token,
            self._feeds,
            self._admit,
            self._gate,
            self._consent,
            self._computer,
        )
        thread = threading.Thread(target=self._run_link, args=(link,), name="link", daemon=True)
        with self._lock:
            self._links.add(link)
        try:
            thread.start()
        except RuntimeError as error:  # There are no threads to be had just now.
            _log.warning("could not serve a connection: %s", error)
            with self._lock:
                self._links.discard(link)
            link.close()

    def _run_link(self, link: ConsoleLink) -> None:
        try:
            link.run()
        finally:
            with self._lock:
                self._links.discard(link)
                self._wrong += link.wrong
                if link in self._admitted:
                    self._admitted.remove(link)
                    self._last_served = time.monotonic()
                alone = not self._admitted
            if alone:
                _give_memory_back()

    def _admit(self, link: ConsoleLink) -> Trigger:
        with self._lock:
            displaced = self._admitted.pop(0) if len(self._admitted) >= MOST_CONSOLES else None
            self._admitted.append(link)
            trigger = Trigger.RESTART if self._served_before else Trigger.FIRST_FRAME
            self._served_before = True
        if displaced is not None:
            displaced.dismiss(f"{MOST_CONSOLES} newer consoles took this host", again=False)
        return trigger

    def _end_links(self) -> None:
        # First of all what is held goes up: a console that does not read may take its time.
        self._gate.close()
        self._consent.close()
        with self._lock:
            links = list(self._links)
        for link in links:
            link.dismiss("the agent ends", again=True)
        deadline = time.monotonic() + 5.0
        while self._links and time.monotonic() < deadline:
            time.sleep(0.02)


def share_arenas() -> None:
    """Lets all threads share two of glibc's arenas; to be called before there are threads.

    With one for each thread the frames of past consoles stayed in memory: 283 MB instead of 102 after four
    times six consoles on 1920 x 1080.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # Only glibc has it.
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _give_memory_back() -> None:
    """Asks glibc to return what is free to the system."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # Only glibc has it.
            ctypes.CDLL(None).malloc_trim(0)


def _listen(port: int) -> socket.socket:
    if sys.platform != "win32":
        return socket.create_server(("127.0.0.1", port))
    # On Windows a second program may take a port that somebody listens on, and be given the tokens of the
    # consoles that come, unless the first one asked to be alone.
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
