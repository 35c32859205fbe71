"""Asks ClamAV whether a file is harmful, over its own protocol (INSTREAM), by a socket of this machine or over the network.

These are the few lines that the protocol needs; the client on PyPI has not been kept since 2014.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

PIECE = 64 * 1024
PORT = 3310
LONGEST_ANSWER = 4096
CONNECTING, ANSWERING = 5.0, 120.0


class Unreachable(Exception):
    """No scanner answers, or it broke off; the file waits."""


class NotScanned(Exception):
    """The scanner answers and says that it could not look at this file; the file waits."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner said: whose answer it is, and what it found, nothing when the file is clean."""

    scanner: str
    found: str = ""


def scan(url: str, file: BinaryIO) -> Verdict:
    """The scanner's verdict on all of ``file``."""
    version = _ask(url, b"zVERSION\0", None)
    answer = _ask(url, b"zINSTREAM\0", file)
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict(version[:200])
    if said.endswith(" FOUND"):
        return Verdict(version[:200], said.removesuffix(" FOUND")[:100])
    raise NotScanned(said[:200])


def _ask(url: str, command: bytes, file: BinaryIO | None) -> str:
    try:
        with _connected(url) as talk:
            talk.sendall(command)
            if file is not None:
                _send(talk, file)
            return _answer(talk)
    except OSError as error:
        raise Unreachable(type(error).__name__) from error


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        talk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        talk.settimeout(CONNECTING)
        try:
            talk.connect(parts.path)
        except OSError:
            talk.close()
            raise
    else:
        talk = socket.create_connection((parts.hostname or "localhost", parts.port or PORT), timeout=CONNECTING)
    talk.settimeout(ANSWERING)
    return talk


def _send(talk: socket.socket, file: BinaryIO) -> None:
    while piece := file.read(PIECE):
        talk.sendall(struct.pack("!L", len(piece)) + piece)
    talk.sendall(struct.pack("!L", 0))


def _answer(talk: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = talk.recv(LONGEST_ANSWER)
        if not piece:
            raise Unreachable("broke off")
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
