"""The clipboard goes through the gate of control: in the order of the inputs, and never in their way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.clipboard.system_clipboard import ClipRefused
from deskagent.consent.policy import Policy
from deskagent.control import clip_thread, input_executor
from deskagent.control.desktop_control import ControlTools, DesktopControl
from deskagent.control.desktop_lock import DesktopLock, NoLock
from deskagent.control.host_consent import HostConsent
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import Button, ControlState, Done, EndControl, Typing
from deskwire.messages import Ping, Pong
from support.peers.acting_console import ActingConsole
from support.peers.served_here import ServedHere, served
from support.recorded_device import RecordedDevice
from support.xvfb import wait_for


class PlainClipboard:
    """A clipboard that a test can hold up, or let fail."""

    def __init__(self) -> None:
        self.text = "what was there"
        self.fetches = 0
        self.ready = threading.Event()
        self.ready.set()
        self.fault: Exception | None = None
        self.log: list[tuple[object, ...]] = []

    def fetch(self) -> str:
        self.fetches += 1
        self.ready.wait(600)
        if self.fault is not None:
            raise self.fault
        return self.text

    def put(self, text: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.text = text
        self.log.append(("put", text))

    def close(self) -> None:
        if isinstance(self.fault, RuntimeError):
            raise self.fault


@contextmanager
def desk(
    policy: Policy | None = None, question: DesktopLock | None = None
) -> Iterator[tuple[ServedHere, PlainClipboard, RecordedDevice]]:
    clipboard, device = PlainClipboard(), RecordedDevice()
    device.calls = clipboard.log  # both are recorded together, in their order
    manners = HostConsent(policy=lambda: policy or Policy())
    tools = ControlTools(lambda: device, lambda: clipboard, question=question or NoLock())
    gate = DesktopControl(tools, manners)
    with served(lambda _: SyntheticGrabber("still", 1, 64, 48), gate, manners) as agent:
        yield agent, clipboard, device


def test_a_text_is_on_the_clipboard_before_the_keys_that_paste_it() -> None:
    with desk() as (agent, clipboard, device), closing(ActingConsole(agent)) as console:
        console.take()
        number = console.act(PutClip, text="grüße\nx")
        console.done(console.act(Typing, text="pasted"))
        assert console.all(Done)[0].n >= number
        acted = [call for call in device.calls if call[0] in {"put", "write"}]
        assert acted == [("put", "grüße\nx"), ("write", "pasted")]
        assert console.clip(console.act(WantClip)) == Clip(console.number, "grüße\nx")
        assert clipboard.text == "grüße\nx"


def test_a_clipboard_that_is_slow_holds_no_key_up() -> None:
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.ready.clear()
        wanted = console.act(WantClip)
        typed = console.act(Typing, text="x")
        assert console.done(typed) == Done(typed)
        clipboard.ready.set()
        assert console.clip(wanted) == Clip(wanted, "what was there")


def test_a_refusal_is_said_and_the_next_transfer_works() -> None:
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.fault = ClipRefused("its owner marked the text as secret")
        for kind, fields in ((WantClip, {}), (PutClip, {"text": "x"})):
            number = console.act(kind, **fields)
            assert console.clip(number) == NoClip(number, "its owner marked the text as secret")
        clipboard.fault = None
        number = console.act(WantClip)
        assert console.clip(number) == Clip(number, "what was there")


def test_a_library_that_fails_is_told_and_does_not_end_control() -> None:
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.fault = RuntimeError("a library's own")
        for kind, fields in ((WantClip, {}), (PutClip, {"text": "x"})):
            number = console.act(kind, **fields)
            assert console.clip(number) == NoClip(number, "the host's clipboard failed")
        number = console.act(Typing, text="x")
        assert console.done(number) == Done(number)


def test_a_policy_without_a_clipboard_is_obeyed() -> None:
    with desk(Policy(clip=False)) as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        number = console.act(PutClip, text="x")
        assert console.clip(number) == NoClip(number, "the policy of this host does not allow the clipboard")
        assert clipboard.text == "what was there"


def test_a_flood_of_requests_for_the_clipboard_waits_as_one() -> None:
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.ready.clear()
        first = console.act(WantClip)
        for number in [console.act(WantClip) for _ in range(50)]:
            assert console.clip(number) == NoClip(number, "the clipboard is being fetched already")
        clipboard.ready.set()
        assert console.clip(first) == Clip(first, "what was there")
        assert clipboard.fetches == 1
        again = console.act(WantClip)
        assert console.clip(again) == Clip(again, "what was there")


def test_a_flood_of_texts_for_the_clipboard_leaves_the_newest_waiting() -> None:
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.ready.clear()
        console.act(WantClip)  # holds up what puts a text there
        numbers = [console.act(PutClip, text=f"text {place}") for place in range(6)]
        passed_over = "newer texts came before its turn"
        # One of the six may have had its turn before newer ones came.
        assert console.until(lambda _: [one.reason for one in console.all(NoClip)].count(passed_over) >= 3)
        clipboard.ready.set()
        assert console.done(numbers[-1]) == Done(numbers[-1])
        assert clipboard.text == "text 5"


def test_a_console_whose_control_has_ended_gets_no_clipboard() -> None:
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.ready.clear()
        wanted = console.act(WantClip)
        wait_for(lambda: clipboard.fetches == 1)
        console.send(EndControl())
        console.told(ControlState.FREE)
        clipboard.ready.set()
        assert isinstance(console.clip(wanted), NoClip)


def test_a_text_that_was_refused_because_control_ended_does_not_come_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clip_thread, "_PUT_WITHIN", 120.0)  # The text would hold control up for so long.
    with desk() as (agent, clipboard, _), closing(ActingConsole(agent)) as anna:
        anna.take()
        clipboard.ready.clear()
        anna.act(WantClip)
        put = anna.act(PutClip, text="late")
        anna.send(Ping(1))
        assert anna.until(lambda events: Pong(1) in events), "the text is not read before control ends"
        with closing(ActingConsole(agent, name="bob@hall")) as bob:
            assert bob.take(force=True).state is ControlState.YOURS
            assert isinstance(anna.clip(put), NoClip)
            clipboard.ready.set()
            fetched = bob.act(WantClip)
            assert bob.clip(fetched) == Clip(fetched, "what was there")


def test_no_clipboard_is_read_or_changed_while_another_agent_asks_the_person_at_the_host() -> None:
    class Watched(NoLock):
        held = False

        def is_held(self) -> bool:
            return self.held

    lock = Watched()
    with desk(question=lock) as (agent, clipboard, _), closing(ActingConsole(agent)) as console:
        console.take()
        lock.held = True
        for answer in (console.clip(console.act(WantClip)), console.clip(console.act(PutClip, text="x"))):
            assert isinstance(answer, NoClip)
            assert "being asked" in answer.reason
        assert clipboard.text == "what was there"


def test_a_clipboard_that_hangs_does_not_keep_keys_down_of_a_console_that_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clip_thread, "_PUT_WITHIN", 120.0)
    monkeypatch.setattr(input_executor, "LEASE", 0.2)
    with desk() as (agent, clipboard, device), closing(ActingConsole(agent)) as console:
        console.take()
        clipboard.ready.clear()
        console.act(WantClip)
        number = console.act(Button, button=1, down=True, x=1, y=1)
        assert console.done(number) == Done(number)
        console.act(PutClip, text="x")
        wait_for(lambda: not device.buttons_down)
        clipboard.ready.set()


def test_an_answer_that_waits_for_a_slow_link_holds_no_other_text_up() -> None:
    clipboard, sent = PlainClipboard(), threading.Event()
    clips = clip_thread.ClipThread(lambda: clipboard)
    clips.fetch(lambda _: sent.wait(60), lambda: "")  # type: ignore[arg-type]
    clips.put("of another console", lambda: "")
    assert clipboard.text == "of another console"
    sent.set()
    clips.close()
