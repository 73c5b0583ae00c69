"""An observer of a link sees every packet as it arrived: from them alone the picture can be drawn again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskconsole.common.errors import Cancelled
from deskconsole.picture.decoders import Decoder
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.link_loop import LinkLoop
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.route import DirectRoute
from deskconsole.session.statistics import StatisticsMeter
from deskconsole.session.watch_policy import WatchPolicy
from deskwire.messages import Preview
from deskwire.packet import Packet, encode_packet
from deskwire.reader import PacketReader
from support.peers.agent_process import AgentProcess

PACKETS = 20


class Recorder(LinkObserver):
    """Keeps all packets as bytes, and ends the link when it has seen enough."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.tape = bytearray()
        self.taped = 0
        self.drawn_at: list[int] = []

    def arrived(self, packet: Packet) -> None:
        self.tape += encode_packet(packet)
        self.taped += 1

    def drawn(self, number: int, packet: Packet) -> None:
        self.drawn_at.append(number)
        if number >= PACKETS:
            self.over.set()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, "--source", "synthetic", "--scene", "office", "--size", "640x400") as process:
        yield process


def replayed(tape: bytes, framebuffer: Framebuffer) -> None:
    decoder = Decoder()
    for packet in PacketReader().feed(tape):
        assert isinstance(packet, Packet)
        if packet.refresh:
            _, _, width, height = packet.slices[0].rectangle
            framebuffer.reset(width, height)
            decoder.restart(width, height, framebuffer.pixels)
        for rectangle, body in packet.slices:
            decoder.decode(body, framebuffer.view(rectangle))


def run_link(
    agent: AgentProcess,
    framebuffer: Framebuffer,
    observers: list[LinkObserver],
    over: threading.Event,
    policy: WatchPolicy | None = None,
) -> None:
    way = DirectRoute(agent.address, agent.token).open(lambda *_, **__: None, threading.Event(), reuse=True)
    with closing(way), pytest.raises(Cancelled):
        LinkLoop(way.transport, way.token, 0, framebuffer, observers, policy).run(over)


def test_a_recorder_replays_the_picture_from_the_packets(agent: AgentProcess) -> None:
    recorder, meter = Recorder(), StatisticsMeter()
    with closing(Framebuffer()) as live, closing(Framebuffer()) as again:
        run_link(agent, live, [recorder, meter], recorder.over)
        replayed(bytes(recorder.tape), again)
        assert live.size == again.size == (640, 400)
        assert again.digest() == live.digest()
    assert recorder.taped >= PACKETS
    assert meter.snapshot().packets == recorder.taped


def test_a_recorder_sees_packets_that_are_no_longer_drawn(agent: AgentProcess) -> None:
    """A full stream becomes previews and a full stream again: the tape has no gap."""

    class Switching(Recorder):
        watched = True

        def drawn(self, number: int, packet: Packet) -> None:
            super().drawn(number, packet)
            if number == PACKETS // 2:
                self.watched = False

        def previewed(self, preview: Preview) -> None:
            self.watched = True

    recorder = Switching()
    policy = WatchPolicy(lambda: recorder.watched)
    with closing(Framebuffer()) as live, closing(Framebuffer()) as again:
        run_link(agent, live, [recorder], recorder.over, policy)
        replayed(bytes(recorder.tape), again)
        assert again.digest() == live.digest()
    assert recorder.taped == recorder.drawn_at[-1], "packets are numbered over the whole link"
