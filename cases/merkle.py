"""The tree over the ends of all chains: its root, and the short proof that one end is under that root (RFC 6962)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"
NOTHING = sha256(b"").digest()


@dataclass(frozen=True)
class Proof:
    """Where a leaf stands among how many, and the hashes beside its way up to the root."""

    index: int
    size: int
    path: tuple[bytes, ...]


def leaf_of(scope: str, seq: int, digest: bytes) -> bytes:
    """The leaf of one chain: its name, how many events it has, and the hash of the last; the database makes it alike."""
    name = scope.encode()
    return sha256(_LEAF + len(name).to_bytes(4, "big") + name + seq.to_bytes(8, "big") + digest).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves, in their order."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else NOTHING


def prove(leaves: Sequence[bytes], index: int) -> Proof:
    """That the leaf at this place is under the root."""
    level, at, path = list(leaves), index, []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, at = _above(level), at // 2
    return Proof(index, len(leaves), tuple(path))


def root_from(leaf: bytes, proof: Proof) -> bytes:
    """The root that a leaf and its proof lead to; only the right one shows anything."""
    at, width, steps = proof.index, proof.size, list(proof.path)
    if not 0 <= at < width:
        raise ValueError("The proof names a place that does not exist.")
    node = leaf
    while width > 1:
        beside = at ^ 1
        if beside < width:
            if not steps:
                raise ValueError("The proof is too short.")
            other = steps.pop(0)
            node = sha256(_NODE + (other + node if at & 1 else node + other)).digest()
        at, width = at // 2, (width + 1) // 2
    if steps:
        raise ValueError("The proof is too long.")
    return node


def _above(level: list[bytes]) -> list[bytes]:
    """The next level; a node without a neighbour goes up as it is."""
    last = [level[-1]] if len(level) % 2 else []
    return [sha256(_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)] + last
