"""Merkle trees: roots as RFC 6962 gives them, and proofs that hold for what is so and for nothing else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from event_logs.ledger.leaves import Leaves
from event_logs.ledger.merkle import EMPTY, ListedTree, consistency, grew, includes, inclusion, root

# The tree of eight leaves with which implementations of RFC 6962 are usually tested.
CONTENTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_roots_are_those_of_the_rfc() -> None:
    tree = ListedTree(CONTENTS)
    assert [root(tree, n + 1).hex() for n in range(8)] == ROOTS
    assert root(ListedTree([])) == EMPTY


sizes = st.integers(1, 40)


@given(sizes, st.data())
def test_a_proof_of_inclusion_holds_for_its_leaf_at_its_place_alone(size: int, data: st.DataObject) -> None:
    contents = [bytes([n]) for n in range(size)]
    tree, index = ListedTree(contents), data.draw(st.integers(0, size - 1))
    top, proof = root(tree), inclusion(tree, index, size)
    assert includes(top, size, index, contents[index], proof)
    assert not includes(top, size, index, b"other", proof)
    assert not any(includes(top, size, other, contents[index], proof) for other in range(size) if other != index)
    assert not includes(top, size, index, contents[index], [*proof, bytes(32)])
    assert not proof or not includes(top, size, index, contents[index], proof[:-1])


@given(sizes, st.data())
def test_a_proof_of_consistency_holds_for_what_grew_alone(size: int, data: st.DataObject) -> None:
    contents = [bytes([n]) for n in range(size)]
    earlier, changed = data.draw(st.integers(1, size)), data.draw(st.integers(0, size - 1))
    tree = ListedTree(contents)
    proof = consistency(tree, earlier, size)
    assert grew(root(tree, earlier), earlier, root(tree), size, proof)
    forged = ListedTree([*contents[:changed], b"forged", *contents[changed + 1 :]])
    if changed < earlier:
        assert not grew(root(tree, earlier), earlier, root(forged), size, consistency(forged, earlier, size))
    assert not grew(bytes(32), earlier, root(tree), size, proof)


def test_leaves_on_file_have_the_roots_and_proofs_of_leaves_in_memory(tmp_path: Path) -> None:
    contents = [n.to_bytes(32, "big") for n in range(70_000)]
    kept, listed = Leaves(tmp_path, 0), ListedTree(contents)
    for first, end in ((0, 1), (1, 255), (255, 256), (256, 1000), (1000, 66_000), (66_000, 70_000)):
        kept = kept.extended((7 * n, contents[n]) for n in range(first, end))
        assert len(kept) == end and root(kept) == root(listed, end)
    assert inclusion(kept, 65_700, 70_000) == inclusion(listed, 65_700, 70_000)
    assert consistency(kept, 999, 70_000) == consistency(listed, 999, 70_000)
    assert kept.find(7 * 65_700) == 65_700 and kept.find(8) is None
    assert list(kept.read(2, 4)) == [(14, contents[2]), (21, contents[3])]


def test_what_a_crash_left_behind_the_sealed_leaves_is_cut_off(tmp_path: Path) -> None:
    sealed = Leaves(tmp_path, 0).extended((n, bytes([n]) * 32) for n in range(5))
    sealed.extended([(9, b"x" * 32)])
    again = sealed.extended([(6, b"y" * 32)])
    assert [position for position, _ in again.read()] == [0, 1, 2, 3, 4, 6]
