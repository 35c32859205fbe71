"""What a report on undelivered mail says: a delivery status notification (RFC 3464), read without trusting a byte of it."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses

LONGEST = 2 * 1024 * 1024
MOST_IDS = 20
_ID = re.compile(r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@[A-Za-z0-9.:\[\]-]{1,64}>")
_TAG = re.compile(r"^[^+]{1,64}\+([A-Za-z0-9._-]{1,64})$")
_SENT_BACK_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Apparently-To")
_STATUS = re.compile(r"^\s*([245])\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class Report:
    """The e-mail reported on, by the first part of its Message-ID (several are candidates), and whether it failed for good."""

    tokens: tuple[str, ...]
    is_permanent: bool


def read(raw: bytes) -> Report | None:
    """The report in a mail; None when it holds none (an automatic reply, a letter, anything else)."""
    if len(raw) > LONGEST:
        return None
    mail = email.message_from_bytes(raw)
    blocks = [block for part in mail.walk() for block in _recipients(part)]
    if not blocks:
        return None
    found = dict.fromkeys([*_tags(mail), *_ids(mail)])
    return Report(tuple(found)[:MOST_IDS], is_permanent=any(_failed(block) for block in blocks))


def _recipients(part: Message) -> list[Message]:
    """The fields for each recipient: every block of the report that has an Action or a Status."""
    blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
    if not isinstance(blocks, list):
        return []
    return [block for block in blocks if isinstance(block, Message) and ("Action" in block or "Status" in block)]


def _failed(block: Message) -> bool:
    """Whether the mail servers have given up: they say 'failed', or give a code 5.x.x and no other word."""
    action = str(block.get("Action", "")).partition(";")[0].strip().lower()
    code = _STATUS.match(str(block.get("Status", "")))
    if action:
        return action == "failed"
    return code is not None and code[1] == "5"


def _tags(mail: Message) -> Iterator[str]:
    """What stands after the + in the address it was sent back to."""
    for name in _SENT_BACK_TO:
        for _, address in getaddresses([str(value) for value in mail.get_all(name, [])]):
            if tag := _TAG.match(address.rpartition("@")[0]):
                yield tag[1]


def _ids(mail: Message) -> Iterator[str]:
    """The Message-IDs of the mails inside it, whole or as headers only; never its own."""
    for part in mail.walk():
        if part is mail:
            continue
        is_headers_only = part.get_content_type() == "text/rfc822-headers"
        inner = email.message_from_bytes(_bytes(part)) if is_headers_only else part
        for value in inner.get_all("Message-ID", []):
            yield from (found[1] for found in _ID.finditer(str(value)))


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
