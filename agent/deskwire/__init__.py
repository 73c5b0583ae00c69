"""The protocol between console and agent, and the article's packets: bytes in, events out.

No socket, no thread, no clock and no pixels: docs/wire.md describes it for the author of another peer.
"""
