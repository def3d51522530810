"""Merkle trees as of RFC 6962: one root for a list of leaves, short proofs that a leaf is in it, and that a list only grew.

A leaf is hashed with the prefix 0, a node with the prefix 1; a tree of n leaves splits at the greatest power of two below n.
Nothing here knows what a leaf means. Sources: RFC 6962 section 2.1; RFC 9162 sections 2.1.3 and 2.1.4 for checking the proofs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

EMPTY = hashlib.sha256().digest()


class Tree(Protocol):
    """What proofs are made from: a number of leaves, and the hash over a complete, aligned part of them."""

    def __len__(self) -> int: ...

    def complete(self, first: int, size: int) -> bytes:
        """The hash over `size` leaves (a power of two) from `first` (a multiple of it)."""


class GrowingRoot:
    """The root over contents that pass by one after the other; keeps a hash for each power of two."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[tuple[int, bytes]] = []

    def add(self, content: bytes) -> None:
        size, found = 1, leaf(content)
        while self._parts and self._parts[-1][0] == size:
            size, found = 2 * size, node(self._parts.pop()[1], found)
        self._parts.append((size, found))
        self.size += 1

    def root(self) -> bytes:
        parts = [found for _, found in self._parts]
        return _joined(parts) if parts else EMPTY


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\0" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class ListedTree:
    """A tree over contents in memory."""

    def __init__(self, contents: Sequence[bytes]) -> None:
        self._leaves = [leaf(content) for content in contents]

    def __len__(self) -> int:
        return len(self._leaves)

    def complete(self, first: int, size: int) -> bytes:
        return folded(self._leaves[first : first + size])


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over a power of two of neighbouring nodes of one level."""
    while len(hashes) > 1:
        hashes = [node(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root(tree: Tree, size: int | None = None) -> bytes:
    """The root over the first `size` leaves, by default over all."""
    size = len(tree) if size is None else size
    return _over(tree, 0, size) if size else EMPTY


def inclusion(tree: Tree, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of the first `size` leaves."""
    first, end, path = 0, size, []
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(_over(tree, middle, end))
            end = middle
        else:
            path.append(_over(tree, first, middle))
            first = middle
    return path[::-1]


def consistency(tree: Tree, earlier: int, size: int) -> list[bytes]:
    """The proof that the tree of the first `earlier` leaves grew into that of the first `size`; both are not empty."""
    first, end, path, whole = 0, size, [], True
    while earlier != end:
        middle = first + _split(end - first)
        if earlier <= middle:
            path.append(_over(tree, middle, end))
            end = middle
        else:
            path.append(_over(tree, first, middle))
            first, whole = middle, False
    return ([] if whole else [_over(tree, first, end)]) + path[::-1]


def includes(root: bytes, size: int, index: int, content: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that `content` is leaf `index` of the tree with that root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf(content)
    for sibling in proof:
        if not last:
            return False
        if place & 1 or place == last:
            found = node(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    return not last and found == root


def grew(earlier_root: bytes, earlier: int, root: bytes, size: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `earlier` leaves is the beginning of that of `size`."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root
    path = [earlier_root, *proof] if not earlier & (earlier - 1) else list(proof)
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return not last and old == earlier_root and new == root


def _over(tree: Tree, first: int, end: int) -> bytes:
    """The hash over the leaves from `first` up to `end`: the complete parts of falling size, joined from the right."""
    parts = []
    while first < end:
        size = 1 << ((end - first).bit_length() - 1)
        parts.append(tree.complete(first, size))
        first += size
    return _joined(parts)


def _joined(parts: list[bytes]) -> bytes:
    found = parts.pop()
    while parts:
        found = node(parts.pop(), found)
    return found


def _split(size: int) -> int:
    """The greatest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
