#!/usr/bin/env python3
"""Check an exported audit trail without the product: Python's own library only, written to be read from top to bottom.

    python3 verify_audit.py BUNDLE [--key HEX] [--checkpoints FILE] [--json]

BUNDLE is what `manage.py audit bundle --scope case:12 BUNDLE` wrote. Get the public key (--key) and the file of checkpoints
(--checkpoints) from somebody else than whoever gave you the bundle: the key is published on the page /audit/key/, a
checkpoint comes by mail every day to each agency's records address and stands in every document. Ends with 0 when everything
is right, 1 when something is not, 2 when the bundle cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Plain = dict[str, Any]
Point = tuple[int, int, int, int]

HEADING = "Safeguarding disagreements audit checkpoint 1"


# 1. Each event's hash covers what it says and the hash of the event before it.


def hash_of_event(event: Plain) -> str:
    """SHA-256 over the fields, each after its length in eight bytes."""
    text = json.dumps(event["data"], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    fields = [
        bytes.fromhex(event["prev_hash"]),
        str(event["seq"]).encode(),
        str(event["at"]).encode(),  # microseconds since 1970 UTC
        str(event["user"] or "").encode(),
        str(event["appointment"] or "").encode(),
        event["action"].encode(),
        event["object_type"].encode(),
        event["object_id"].encode(),
        text.encode(),
    ]
    whole = b"".join(len(field).to_bytes(8, "big") + field for field in fields)
    return hashlib.sha256(whole).hexdigest()


def check_events(events: list[Plain]) -> Iterator[str]:
    """The events are numbered from 1, each follows the one before, and each is as it was written."""
    before = "00" * 32
    for number, event in enumerate(events, 1):
        if event["seq"] != number:
            yield f"event {number} is missing"
            return
        if event["prev_hash"] != before or hash_of_event(event) != event["hash"]:
            yield f"event {number} is not as it was written"
        before = event["hash"]


# 2. The chain, as far as it was sealed, is a leaf of the tree whose root was signed (RFC 6962).


def leaf_of(scope: str, seq: int, digest: str) -> bytes:
    """The name of the chain, its number of events, the hash of the last."""
    name = scope.encode()
    whole = b"\x00" + len(name).to_bytes(4, "big") + name + seq.to_bytes(8, "big") + bytes.fromhex(digest)
    return hashlib.sha256(whole).digest()


def root_from(leaf: bytes, index: int, size: int, path: list[str]) -> str:
    """Up the tree with the hashes that stand beside the way; a node without a neighbour goes up as it is."""
    node, steps = leaf, [bytes.fromhex(step) for step in path]
    if not 0 <= index < size:
        raise ValueError("the proof names a place that does not exist")
    while size > 1:
        if index ^ 1 < size:
            beside = steps.pop(0)
            node = hashlib.sha256(b"\x01" + (beside + node if index & 1 else node + beside)).digest()
        index, size = index // 2, (size + 1) // 2
    if steps:
        raise ValueError("the proof is too long")
    return node.hex()


def facts_of(text: str) -> dict[str, str]:
    """The lines of a checkpoint by name."""
    heading, *lines = text.splitlines()
    if heading != HEADING:
        raise ValueError("this is no checkpoint")
    return dict(line.split(": ", 1) for line in lines)


def check_seal(bundle: Plain) -> Iterator[str]:
    """The sealed event is in the chain, and the chain is under the root."""
    sealed, proof, events = bundle["sealed"], bundle["proof"], bundle["events"]
    if sealed["seq"] < 1 or sealed["seq"] > len(events):
        yield f"the chain was sealed at event {sealed['seq']} and has only {len(events)} events"
    elif events[sealed["seq"] - 1]["hash"] != sealed["hash"]:
        yield f"event {sealed['seq']} is not the one that was sealed"
    leaf = leaf_of(bundle["scope"], sealed["seq"], sealed["hash"])
    try:
        root = root_from(leaf, proof["index"], proof["size"], proof["path"])
    except (ValueError, IndexError):
        root = ""
    facts = facts_of(bundle["checkpoint"]["text"])
    if root != facts["root"] or str(proof["size"]) != facts["heads"]:
        yield "the chain is not under the root that was signed"


# 3. The checkpoint is signed (Ed25519, RFC 8032; the arithmetic is that of its section 6).

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def x_of(y: int, sign: int) -> int | None:
    """The x of a point with this y."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    if square % P == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def point(raw: bytes) -> Point | None:
    """A point from its 32 bytes, as (X, Y, Z, T)."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, given: Point) -> Point:
    """A point added to itself so many times."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, given)
        given, number = add(given, given), number >> 1
    return total


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(text: str, signature: bytes, public: bytes) -> bool:
    """Whether the owner of this public key signed exactly this text."""
    if len(signature) != 64 or len(public) != 32:
        return False
    key, commitment = point(public), point(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or number >= ORDER:
        return False
    asked = int.from_bytes(hashlib.sha512(signature[:32] + public + text.encode()).digest(), "little") % ORDER
    left, right = times(number, BASE), add(commitment, times(asked, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


KEY_HEADING = "Safeguarding disagreements audit key 1"


def later_key(bundle: Plain, trusted: str) -> str:
    """The key that came after this one, as far as each was introduced by the one before; through a lost key there is no way."""
    public = trusted
    for made in bundle.get("keys", []):
        heading, *lines = made["statement"].splitlines()
        facts = dict(line.split(": ", 1) for line in lines)
        if heading != KEY_HEADING or facts["before public"] != public or facts["lost"] != "no":
            continue
        by_new = is_signed(made["statement"], bytes.fromhex(made["signature"]), bytes.fromhex(facts["public"]))
        by_old = is_signed(made["statement"], bytes.fromhex(made["before_signature"]), bytes.fromhex(public))
        if by_new and by_old:
            public = facts["public"]
    return public


def stated(bundle: Plain) -> Iterator[str]:
    """What two people stated openly: not wrong, and for you to ask about."""
    for made in bundle.get("keys", []):
        facts = dict(line.split(": ", 1) for line in made["statement"].splitlines()[1:])
        how = "WITHOUT its signature, because that key was lost" if facts["lost"] == "yes" else "which signed that"
        yield f"Stated {facts['time']}: the key {facts['key']} signs after {facts['before']}, {how}."
    for lost in bundle.get("restores", []):
        numbers = f"{lost['first_lost']} to {lost['last_lost']}"
        yield f"Stated {lost['at']}: the database was put back to an earlier state; checkpoints {numbers} were lost."


def check_signature(bundle: Plain, trusted: str) -> Iterator[str]:
    """The checkpoint names the key, or one that came after it, and the key signed it."""
    text, signature = bundle["checkpoint"]["text"], bytes.fromhex(bundle["checkpoint"]["signature"])
    public = bytes.fromhex(later_key(bundle, trusted) if trusted else bundle["key"]["public"])
    if hashlib.sha256(public).hexdigest()[:16] != facts_of(text)["key"]:
        yield "the checkpoint was signed with another key"
    elif not is_signed(text, signature, public):
        yield "the signature is not of this checkpoint"


# 4. The checkpoint stands in the file that was kept elsewhere, and so do all before it.


def check_kept(bundle: Plain, rows: list[Plain]) -> Iterator[str]:
    """The kept checkpoints follow each other, and the bundle's is one of them."""
    wanted, found, before = bundle["checkpoint"]["text"], False, None
    for row in rows:
        facts = facts_of(row["text"])
        if before is not None and facts["previous"] != before:
            yield f"kept checkpoint {facts['number']} does not follow the one before it"
        before = hashlib.sha256(row["text"].encode()).hexdigest()
        found = found or row["text"] == wanted
    if not found:
        yield f"checkpoint {facts_of(wanted)['number']} is not among those that were kept"


def problems(bundle: Plain, trusted: str = "", rows: list[Plain] | None = None) -> Iterator[str]:
    """Everything that is wrong, one line each."""
    yield from check_events(bundle["events"])
    yield from check_seal(bundle)
    yield from check_signature(bundle, trusted)
    if rows is not None:
        yield from check_kept(bundle, rows)


def look(options: argparse.Namespace) -> Plain:
    """What was looked at and what is wrong with it."""
    bundle = json.loads(Path(options.bundle).read_text(encoding="utf-8"))
    rows = None
    if options.checkpoints:
        kept = Path(options.checkpoints).read_text(encoding="utf-8").splitlines(keepends=True)
        rows = [json.loads(line) for line in kept if line.endswith("\n")]
    facts = facts_of(bundle["checkpoint"]["text"])
    return {
        "scope": bundle["scope"],
        "events": len(bundle["events"]),
        "after_checkpoint": len(bundle["events"]) - bundle["sealed"]["seq"],
        "checkpoint": int(facts["number"]),
        "origin": facts["origin"],
        "time": facts["time"],
        "stated": list(stated(bundle)),
        "broken": list(problems(bundle, options.key, rows)),
    }


def say(told: Plain, options: argparse.Namespace) -> None:
    """In words."""
    for line in (*told["broken"], *told["stated"]):
        print(line)
    print(
        f"{told['scope']}: {told['events']} events, {told['after_checkpoint']} of them after "
        f"checkpoint {told['checkpoint']} of {told['origin']}, {told['time']}."
    )
    print("It is NOT as it was written." if told["broken"] else "It is as it was written.")
    if not options.key:
        print("The key came with the bundle. Give --key from the published page to know whose signature this is.")
    if not options.checkpoints:
        print("Give --checkpoints, a copy kept elsewhere, to know that this is the only history.")


def main() -> int:
    """Read, check, say."""
    parser = argparse.ArgumentParser(description="Check an exported audit trail.")
    parser.add_argument("bundle")
    parser.add_argument("--key", default="", help="the public key in hexadecimal, from somebody you trust")
    parser.add_argument("--checkpoints", help="a copy of the file of checkpoints")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        told = look(options)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        print(f"This cannot be read as a bundle: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(told))
    else:
        say(told, options)
    return 1 if told["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
