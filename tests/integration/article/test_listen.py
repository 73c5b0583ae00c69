"""`deskconsole listen`, a process of its own, against a sender of the article's packets and `push`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np
import pytest

import deskagent
import deskconsole
from deskwire.digest import framebuffer_digest
from support.peers.article_peer import Picture, encode_refresh, encode_update
from support.xvfb import Xvfb

HOMES = [str(Path(module.__path__[0]).parent) for module in (deskagent, deskconsole)]
DIALECTS = pytest.mark.parametrize("identity", [False, True], ids=["without identity", "with identity"])


class Listen:
    """The program, listening at a free port; what it says on stderr is collected."""

    def __init__(self, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "deskconsole", "listen", "--port", "0", *options],
            env={**(environment or os.environ), "PYTHONPATH": os.pathsep.join(HOMES)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        self.port = 0
        assert self._program.stderr is not None
        for line in self._program.stderr:
            self.said.append(line.strip())
            if line.startswith("Listening on"):
                self.port = int(line.strip(" .\n").rpartition(":")[2])
                break
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._program.stderr is not None
        self.said += [line.strip() for line in self._program.stderr]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def interrupt(self) -> None:
        self._program.send_signal(signal.SIGINT)

    def result(self) -> tuple[int, str]:
        """Exit code and stdout, once it ended."""
        assert self._program.stdout is not None
        words = self._program.stdout.read()
        code = self._program.wait(30)
        self._reader.join(60)
        return code, words

    def report(self) -> dict[str, Any]:
        code, words = self.result()
        assert code == 0
        report: dict[str, Any] = json.loads(words)
        return report

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.kill()
        self._program.communicate()
        self._reader.join(60)


def digest(picture: Picture) -> str:
    height, width = picture.shape[:2]
    return framebuffer_digest(width, height, np.ascontiguousarray(picture[..., :3]).tobytes()).hex()


def noise(width: int, height: int, channels: int = 3) -> Picture:
    picture = np.random.default_rng(width).integers(0, 256, (height, width, channels), np.uint8)
    if channels == 4:
        picture[..., 3] = 255
    return picture


@DIALECTS
@pytest.mark.parametrize("channels", [3, 4], ids=["BGR", "BGRA"])
def test_pictures_arrive_exactly_and_are_counted(identity: bool, channels: int) -> None:
    small, picture = noise(50, 40, channels), noise(300, 200, channels)
    options = [] if identity else ["--no-identity"]
    with Listen("--json", "--seconds", "3", *options) as listen, listen.connect() as sender:
        sent = [encode_refresh(small, identity=identity), encode_refresh(picture, identity=identity)]
        picture[20:60, 10:110, :3] = 77
        picture[190:, 290:, :3] = 3
        boxes = [(10, 20, 100, 40), (0, 15, 60, 30), (290, 190, 10, 10)]
        sent += [encode_update(picture, boxes, identity=identity), encode_refresh(picture, identity=identity)]
        for part in sent:
            sender.sendall(part)
        report = listen.report()
    assert report["digest"] == digest(picture)
    assert (report["width"], report["height"]) == (300, 200)
    assert (report["packets"], report["updates"], report["slices"]) == (4, 1, 6)
    assert report["refreshes"] == {"first frame": 1, "geometry change": 1, "unknown": 1}
    assert report["received"] == sum(map(len, sent))
    assert report["saved_against_refreshes"] == len(sent[1]) - len(sent[2])
    assert report["saved_against_raw"] == 50 * 40 * 3 + 3 * 300 * 200 * 3 - sum(map(len, sent))
    assert (report["connections"], report["faults"]) == (1, 0)


def test_a_jpeg_is_shown_too() -> None:
    body = bytes(cv2.imencode(".jpg", np.full((16, 16, 3), 200, np.uint8))[1])
    numbers = [0, len(body), 16, 16, 0, 0]
    with Listen("--json", "--seconds", "3", "--no-identity") as listen, listen.connect() as sender:
        sender.sendall(b"".join(number.to_bytes(4, "big") for number in numbers) + body)
        assert listen.report()["packets"] == 1


GARBAGE = {
    "noise": b"\x7f" * 500,
    "an update first": encode_update(noise(9, 9), [(0, 0, 9, 9)], identity=False),
    "no picture": bytes(7) + b"\x04" + b"\0\0\0\x09\0\0\0\x09" + bytes(8) + b"\x89PNG",
    "another size than announced": encode_refresh(noise(9, 9), identity=False).replace(
        b"\0\0\0\x09\0\0\0\x09\0\0\0\0", b"\0\0\0\x09\0\0\0\x0a\0\0\0\0", 1
    ),
    "one of our own encodings": b"\0\0\0\0" + b"\0\0\0\x04\0\0\0\x01\0\0\0\x01" + bytes(8) + b"\0abc",
    "a message": b"\x80\0\0\x05hello",
}


def test_a_sender_of_garbage_is_named_and_the_next_is_served() -> None:
    picture = noise(30, 20)
    with Listen("--json", "--seconds", "5", "--no-identity") as listen:
        for garbage in GARBAGE.values():
            with listen.connect() as sender:
                sender.sendall(garbage)
                try:
                    left = sender.recv(1)
                except ConnectionResetError:
                    left = b""
                assert left == b""
        with listen.connect() as sender:
            sender.sendall(encode_refresh(picture, identity=False))
            report = listen.report()
    assert report["digest"] == digest(picture)
    assert report["faults"] == len(GARBAGE)
    assert report["connections"] == len(GARBAGE) + 1
    complaints = [line for line in listen.said if "does not send the article's packets" in line]
    assert len(complaints) == len(GARBAGE)
    assert not any("Traceback" in line for line in listen.said)


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with Listen("--json", "--seconds", "5", "--port", str(port)) as listen:
            code, words = listen.result()
    assert code == 2
    assert words == ""
    assert f"cannot listen on 127.0.0.1:{port}: another program listens there" in "\n".join(listen.said)
    assert not any("Traceback" in line for line in listen.said)


def test_an_open_address_is_warned_about() -> None:
    with Listen("--json", "--seconds", "0.1", "--host", "0.0.0.0") as listen:
        assert listen.report()["packets"] == 0
    assert "neither encrypted nor authenticated" in listen.said[0]
    with Listen("--json", "--seconds", "0.1") as listen:
        listen.report()
    assert not any("Warning" in line for line in listen.said)


@DIALECTS
def test_push_and_listen_agree_on_a_real_screen(identity: bool) -> None:
    options = [] if identity else ["--no-identity"]
    script = "i=0; while [ $i -lt 120 ]; do echo line $i; i=$((i + 1)); sleep 0.05; done; cat"
    with Xvfb(480, 320) as screen, Listen("--json", "--seconds", "15", *options) as listen:
        push = subprocess.Popen(
            [sys.executable, "-m", "deskagent", "push", f"127.0.0.1:{listen.port}", *options],
            env=screen.environment, cwd=HOMES[0], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            screen.run("xterm", "-geometry", "40x15+30+20", "-e", "sh", "-c", script)
            report = listen.report()
            assert push.wait(60) == 4
        finally:
            push.kill()
            push.wait()
        assert report["digest"] == digest(screen.screenshot())
    assert report["refreshes"]["first frame"] == 1
    assert report["updates"] > 0


def test_the_window_shows_the_sender_and_ctrl_c_ends_it() -> None:
    with (
        Xvfb(640, 480) as screen,
        Listen("--no-identity", environment=screen.environment) as listen,
        listen.connect() as sender,
    ):
        sender.sendall(encode_refresh(np.full((200, 300, 3), 90, np.uint8), identity=False))
        screen.wait_for_window("port .* deskconsole")
        listen.interrupt()
        code, _ = listen.result()
    assert code == 0


def test_without_a_display_it_is_one_sentence() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    with Listen(environment=environment) as listen:
        code, _ = listen.result()
    assert code == 8
    assert not any("Traceback" in line for line in listen.said)
