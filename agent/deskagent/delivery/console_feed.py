"""From the picture to one link: what its console has not got yet, encoded and sent. It knows neither sockets
nor tokens.

No picture waits here, only the places where the console's is behind: a packet is made from the newest picture
when there is credit for it, so a slow link sees fewer and fresher updates and memory stays flat.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

import cv2

from deskagent.capture.source import GrabError
from deskagent.encoding.crop import Crop, crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.encoding.thumbnail import make_preview, shrink
from deskagent.picture.screen import Change
from deskagent.pixels import Pixels
from deskwire.control import Effect
from deskwire.digest import framebuffer_digest
from deskwire.encodings import Encoding
from deskwire.errors import LocalProtocolError
from deskwire.geometry import Display
from deskwire.messages import (
    Digest,
    Displays,
    Hello,
    Lossy,
    Refresh,
    Screen,
    ScreenState,
    Watch,
    WatchMode,
)
from deskwire.packet import INFO, Slice
from deskwire.triggers import Trigger

from .congestion import Congestion
from .display_feed import DisplayFeed
from .effect_tracker import EffectTracker
from .packet_budget import EncodingCost, PacketBudget
from .packet_plan import PacketPlan, plan_packet
from .sink import ScreenFacts, Sink
from .update_tracker import UpdateTracker

_log = logging.getLogger(__name__)

_DIGEST_PATIENCE = 1.0
"""Seconds that a digest wanted at once waits for a picture that rests; then a refresh is sent for it."""

_MOST_WORDS = 1000
"""Characters of a reason; a text on the wire has at most 1,024."""


class ConsoleFeed:
    """Feeds one link with one display, as closely as its console looks.

    `ended` is called, on the feed's thread, when the sink failed; `close` ends it from outside.
    """

    def __init__(
        self,
        feed: DisplayFeed,
        sink: Sink,
        hello: Hello,
        first: Trigger,
        ended: Callable[[], None],
    ) -> None:
        known = {int(encoding) for encoding in Encoding}
        self._encoder = LinkEncoder(frozenset(Encoding(one) for one in hello.encodings if one in known))
        self._feed = feed
        self._sink = sink
        self._ended = ended
        self._wake = threading.Condition()
        # What the console has not got yet, and how closely it looks: under `_wake`.
        self._refresh: Trigger | None = first
        self._tracker = UpdateTracker(0, 0, copies=self._encoder.copies)
        self._watch = hello.watch
        # There is a picture and the screen can be seen; it was looked at and changed since the last preview.
        self._live = self._looked = self._changed = False
        # What there is was looked at before we came, maybe long before.
        self._inherited = False
        self._fault: GrabError | None = None
        self._digests = 0
        # When a refresh without loss is due for a digest that is wanted at once.
        self._exact_at = math.inf
        self._effects = EffectTracker()
        # The size of the picture now, that of the last refresh, and the packet that brought that size.
        self._size = self._sent_size = (0, 0)
        self._sized_by = self._drawn = 0
        self._closed = False
        self._congestion = Congestion()
        self._congestion.limit(hello.watch.rate, time.monotonic())
        # What the console was told last: the feed's thread's own.
        self._displays: tuple[Display, ...] = ()
        self._screen = Screen(ScreenState.LIVE)
        self._sent = 0
        self._lossy = 0
        self._cost = EncodingCost()
        self._previewed = float("-inf")
        self._thread = threading.Thread(target=self._run, name="console feed", daemon=True)

    def open(self, hidden: Screen | None = None) -> ScreenFacts:
        """Opens the screen. The console has to know the facts returned before `start`: later only differences
        are told. `hidden`: told in place of the screen's state."""
        self._feed.open()
        self._feed.join(self)
        with self._feed.lock:
            self._fault = self._feed.fault
            # A picture from before a failure must not be seen now.
            self._live = self._fault is None and self._feed.picture.pixels is not None
            self._looked = self._changed = self._inherited = self._live
        if self._fault is not None:
            self._screen = self._screen_message(self._fault)
        if hidden is not None:
            self._screen = hidden
        self._displays = self._feed.displays
        return ScreenFacts(self._displays, self._screen.state, self._screen.reason)

    def start(self) -> None:
        """Begins to send; `open` comes first."""
        self._thread.start()

    def want_refresh(self) -> None:
        """The next packet shall be a refresh."""
        with self._wake:
            self._refresh = self._refresh or Trigger.REQUEST
            self._wake.notify()

    def want_digest(self, *, at_once: bool = False) -> None:
        """Send the digest of what the console has after the last packet sent, as soon as it has all.

        `at_once`: not only when what moves there comes to rest.
        """
        with self._wake:
            self._digests += 1
            if at_once:
                self._exact_at = min(self._exact_at, time.monotonic() + _DIGEST_PATIENCE)
            self._wake.notify()

    def watch(self, watch: Watch) -> None:
        """The console looks this closely from now on."""
        with self._wake:
            if watch.mode is WatchMode.FULL and self._watch.mode is not WatchMode.FULL:
                self._refresh = self._refresh or Trigger.REQUEST
            self._watch = watch
            self._congestion.limit(watch.rate, time.monotonic())
            self._wake.notify()

    def credited(self, packet: int) -> None:
        """The console has drawn everything up to that packet, and there may be credit now."""
        with self._wake:
            self._drawn = packet
            self._congestion.acknowledged(packet, time.monotonic())
            # Mostly nothing waits for credit: who types would wake the thread twice for every key.
            if self._behind or self._lossy or self._screen.state is not ScreenState.LIVE:
                self._wake.notify()

    def injected(self, number: int, at: float) -> None:
        """Input `number` of this console was injected at that time of `time.perf_counter`."""
        with self._wake:
            self._effects.injected(number, at)
        self._feed.expect_change()

    @property
    def aims(self) -> bool:
        """True if the console has drawn a picture of the size that it has now, or was sent none at all."""
        with self._wake:
            if self._watch.mode is WatchMode.PREVIEW or not self._sized_by:
                return True
            return self._size == self._sent_size and self._drawn >= self._sized_by

    def close(self) -> None:
        """Ends the thread, from another one."""
        self._feed.leave(self)
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)

    # A Watcher of the display feed

    @property
    def copies(self) -> bool:
        return self._encoder.copies and self._watch.mode is WatchMode.FULL

    def picture_changed(self, change: Change | None, began: float) -> None:
        pixels = self._feed.picture.pixels
        with self._wake:
            if pixels is not None:
                height, width = pixels.shape[:2]
                self._size = (width, height)
            if self._effects and (change is None or change):
                self._effects.changed(began, shown=self._watch.mode is WatchMode.FULL)
            self._live = self._looked = True
            self._inherited = False
            self._fault = None
            if change is None:
                self._refresh = self._refresh or Trigger.GEOMETRY
            elif self._refresh is None:
                self._tracker.add(change)
            self._changed |= change is None or bool(change)
            self._wake.notify()

    def failed(self, error: GrabError) -> None:
        with self._wake:
            self._fault = error
            self._live = self._looked = False
            self._wake.notify()

    # The thread of its own

    def _run(self) -> None:
        try:
            while (act := self._next()) is not None:
                act()
        except (OSError, LocalProtocolError) as error:
            _log.info("the link is gone: %s", error)
        finally:
            self._ended()

    def _next(self) -> Callable[[], None] | None:
        """Waits for the next act; None when closed."""
        with self._wake:
            while not self._closed:
                if self._fault is not None and self._screen_message(self._fault) != self._screen:
                    return self._report
                if self._digests and self._sent and not self._behind and not self._lossy:
                    return self._send_digest
                wait: float | None = None
                now = time.monotonic()
                if self._watch.mode is WatchMode.PREVIEW:
                    wait = self._previewed + self._watch.interval - now
                    if wait <= 0 and self._looked:
                        self._looked = False
                        return self._send_preview
                    if wait <= 0:
                        wait = None
                        self._feed.demand()
                else:
                    # What is live is sent without another look: a screen that tells what changes, and is
                    # still, is not looked at again.
                    if self._exact_at <= now:
                        self._refresh = self._refresh or Trigger.REQUEST
                    wait = self._wait_for_turn(now) if self._live else None
                    if wait == 0:
                        return self._send_update if self._refresh is None else self._send_refresh
                    # Looks continue while the link is full: what is sent then is of that moment.
                    self._feed.demand()
                self._wake.wait(wait)
        return None

    def _wait_for_turn(self, now: float) -> float | None:
        """Seconds until there is something to send and room for it; None: not before something happens."""
        if not self._sink.has_credit() or (free_at := self._congestion.uncongested_at(now)) is None:
            return None
        if self._behind or self._screen.state is not ScreenState.LIVE:
            return max(0.0, free_at - now)
        rest = self._encoder.next_rest()
        return None if rest is None else max(0.0, free_at - now, rest - now)

    @property
    def _behind(self) -> bool:
        return self._refresh is not None or bool(self._tracker)

    def _screen_message(self, error: GrabError) -> Screen:
        return Screen(error.state, str(error)[:_MOST_WORDS])

    def _report(self) -> None:
        """Says that there is no picture and why, once for each reason."""
        with self._wake:
            error = self._fault
        if error is not None:
            self._screen = self._screen_message(error)
            _log.warning("no picture: %s: %s", self._screen.state, self._screen.reason)
            self._sink.send(self._screen)

    def _announce_live(self) -> None:
        if self._screen.state is not ScreenState.LIVE:
            self._screen = Screen(ScreenState.LIVE)
            self._sink.send(self._screen)
        displays = self._feed.displays
        if displays != self._displays:
            self._displays = displays
            self._sink.send(Displays(displays))

    def _send_refresh(self) -> None:
        """Sends the whole picture as it is now."""
        self._announce_live()
        now = time.monotonic()
        with self._feed.lock:
            with self._wake:
                picture, trigger = self._feed.picture.pixels, self._refresh
                if picture is None or trigger is None:
                    return
                self._refresh = None
                height, width = picture.shape[:2]
                self._tracker = UpdateTracker(width, height, copies=self._encoder.copies)
                self._size = (width, height)
                if self._sent_size != (width, height):
                    self._sent_size = (width, height)
                    self._sized_by = self._sent + 1
                budget = PacketBudget(self._congestion.rate, self._cost)
                for_digest = self._exact_at <= now
                size = budget.exact_refresh_size if for_digest else budget.refresh_size
                if for_digest:
                    self._exact_at = math.inf
            frame = picture.copy()
        # The next grab runs while this one is encoded.
        self._feed.demand()
        self._sink.send(Refresh(trigger))
        self._send_slices([self._encoder.refresh(frame, now, size, budget.refresh_size)], refresh=True)
        if for_digest and not self._encoder.lossy:
            with self._wake:
                # A question that came while the picture was encoded has this answer, too.
                count, self._digests, self._exact_at = self._digests, 0, math.inf
            self._tell_digest(_digest(frame), count)

    def _send_update(self) -> None:
        """Sends what is planned of all that the console has not got yet, as the picture is now."""
        self._announce_live()
        now = time.monotonic()
        with self._feed.lock:
            with self._wake:
                picture = self._feed.picture.pixels
                if picture is None or self._refresh is not None:
                    return
                budget = PacketBudget(self._congestion.rate, self._cost)
                plan = plan_packet(self._tracker.pending(), self._encoder, budget, now)
                self._tracker.sent(plan)
            changed, refine = crop(picture, plan.changed), crop(picture, plan.refine)
        self._feed.demand()
        if slices := self._encoded(plan, changed, refine, now):
            self._send_slices(slices, refresh=False)

    def _encoded(self, plan: PacketPlan, changed: list[Crop], refine: list[Crop], now: float) -> list[Slice]:
        began = time.thread_time()
        slices = self._encoder.copied(plan.copies, now) + self._encoder.update(changed, now, plan.video)
        refined = self._encoder.refine(refine)
        seconds = time.thread_time() - began
        self._cost = self._cost.after(slices, refined, share=plan.share, seconds=seconds, now=now)
        return slices + refined

    def _send_slices(self, slices: list[Slice], *, refresh: bool) -> None:
        size = sum(INFO.size + len(one.body) for one in slices)
        with self._wake:
            effects = self._effects.take(time.perf_counter())
            # Before it goes: the answer may be here before the call returns.
            self._congestion.sent(self._sent + 1, size, time.monotonic())
        for number in effects:
            self._sink.send(Effect(number))
        self._sent = self._sink.send_packet(tuple(slices), refresh=refresh)
        if self._encoder.lossy != self._lossy:
            self._lossy = self._encoder.lossy
            self._sink.send(Lossy(self._lossy))

    def _send_preview(self) -> None:
        """Sends a small picture where there is another one than the last."""
        self._announce_live()
        self._previewed = time.monotonic()
        with self._feed.lock:
            with self._wake:
                changed, self._changed = self._changed, False
                watch = self._watch
                if self._inherited:
                    # The first look of our own is shown as soon as it comes.
                    self._previewed = float("-inf")
            picture = self._feed.picture.pixels
            if picture is None or not changed:
                return
            small = shrink(picture, watch.width, watch.height)
        self._sink.send(make_preview(small))

    def _send_digest(self) -> None:
        with self._feed.lock:
            with self._wake:
                picture = self._feed.picture.pixels
                if self._behind or picture is None:
                    return
                count, self._digests = self._digests, 0
                self._exact_at = math.inf
            digest = _digest(picture)
        self._tell_digest(digest, count)

    def _tell_digest(self, digest: bytes, count: int) -> None:
        """Answers so many questions for the digest after the last packet."""
        for _ in range(count):
            self._sink.send(Digest(self._sent, digest))


def _digest(picture: Pixels) -> bytes:
    height, width = picture.shape[:2]
    return framebuffer_digest(width, height, cv2.cvtColor(picture, cv2.COLOR_BGRA2BGR).data)
