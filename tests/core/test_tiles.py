import base64
import doctest
import random
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import merkle, tiles
from ledger.core.tiles import ENTRIES, Edge, TileAddress, TileCache, TileReader
from ledger.errors import MalformedError, TamperedError
from tests.core.trees import leaf, mth

KNOWN_ROOT = "FpYexnJHtF3mApQbCmWOOJN8cSlk5RGvHpC8bKy/nx0="


class Store:
    """Keeps the widest tile at each place, as the database does."""

    def __init__(self):
        self.rows = {}
        self.reads = 0

    def upsert(self, changed):
        for tile in changed:
            self.rows[tile.level, tile.index] = tile.data

    def tile(self, level, index):
        self.reads += 1
        return self.rows[level, index]


def grown(size):
    edge, changed = Edge().extend([leaf(i) for i in range(size)])
    store = Store()
    store.upsert(changed)
    return edge, store


def from_scratch(size):
    """The tiles of a tree, from the formula in tlog-tiles."""
    rows, level = {}, 0
    while size >> 8 * level:
        step = 256**level
        hashes = [mth(i * step, (i + 1) * step) for i in range(size // step)]
        for n in range(0, len(hashes), 256):
            rows[level, n // 256] = b"".join(hashes[n : n + 256])
        level += 1
    return rows


def test_the_example_of_the_module_is_true():
    assert doctest.testmod(tiles) == (0, 2)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (TileAddress(0, 1234067, 256), "tile/0/x001/x234/067"),
        (TileAddress(0, 273, 112), "tile/0/273.p/112"),
        (TileAddress(1, 1, 17), "tile/1/001.p/17"),
        (TileAddress(2, 0, 1), "tile/2/000.p/1"),
        (TileAddress(63, 1000, 255), "tile/63/x001/000.p/255"),
        (TileAddress(ENTRIES, 0, 256), "tile/entries/000"),
        (TileAddress(ENTRIES, 1234067, 8), "tile/entries/x001/x234/067.p/8"),
    ],
)
def test_paths_are_written_and_read_as_in_the_standard(address, path):
    assert tiles.tile_path(address.level, address.index, address.width) == path
    assert tiles.parse_tile_path(path) == address
    if address.level == ENTRIES:
        assert tiles.entries_path(address.index, address.width) == path


@given(st.integers(-1, 63), st.integers(0, 10**21 - 1), st.integers(1, 256))
def test_every_path_is_read_back(level, index, width):
    path = tiles.tile_path(level, index, width)
    assert tiles.parse_tile_path(path) == TileAddress(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/1234067",
        "tile/00/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/100/000",
        "tile/entrie/000",
        "tile/entries",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/0/../000",
        "tile/0/" + "x001/" * 7 + "000",
    ],
)
def test_any_other_path_is_refused(path):
    with pytest.raises(MalformedError) as caught:
        tiles.parse_tile_path(path)
    assert caught.value.code == "bad_request"


def test_a_tree_of_70_000_has_the_tiles_that_the_standard_names():
    edge, changed = Edge().extend([bytes(32)] * 70_000)
    widths = [(t.level, t.index, len(t.data) // 32) for t in changed]
    assert widths[:273] == [(0, n, 256) for n in range(273)]
    assert widths[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert all(tiles.tile_width(level, n, 70_000) == width for level, n, width in widths)
    assert tiles.tile_width(0, 274, 70_000) == tiles.tile_width(3, 0, 70_000) == 0
    assert len(edge.partials) == 3


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above():
    _, changed = Edge().extend([leaf(i) for i in range(256)])
    assert [(t.level, t.index, len(t.data) // 32) for t in changed] == [(0, 0, 256), (1, 0, 1)]


@pytest.mark.parametrize("seed", range(12))
def test_growing_in_random_batches_gives_the_tiles_made_from_scratch(seed):
    chance = random.Random(seed)
    edge, store, size = Edge(), Store(), 0
    while size < 1500:
        step = chance.choice([0, 1, 1, 2, 7, 100, 255, 256, 257, 600])
        before = dict(store.rows)
        edge, changed = edge.extend([leaf(i) for i in range(size, size + step)])
        store.upsert(changed)
        size += step
        assert store.rows == from_scratch(size)
        assert {k for k in store.rows if store.rows[k] != before.get(k)} == {
            (t.level, t.index) for t in changed
        }
        assert edge.root() == mth(0, size)
        assert edge == Edge.restore(size, store.tile)


def test_an_edge_is_a_value_that_a_failed_commit_leaves_as_it_was():
    edge, _ = grown(300)
    kept = replace(edge)
    edge.extend([leaf(9)] * 300)
    assert edge == kept
    assert edge.extend([]) == (edge, [])


def test_an_edge_is_restored_from_tiles_wider_than_its_size():
    _, store = grown(1000)
    for size in (0, 1, 255, 256, 257, 511, 512, 999):
        assert Edge.restore(size, store.tile) == grown(size)[0]


def test_a_leaf_hash_of_another_length_is_refused():
    with pytest.raises(MalformedError):
        Edge().extend([bytes(32), bytes(31), bytes(33)])


def test_a_stored_tile_that_is_too_short_is_tampered():
    _, store = grown(300)
    store.rows[0, 1] = store.rows[0, 1][:-1]
    with pytest.raises(TamperedError) as caught:
        Edge.restore(300, store.tile)
    assert caught.value.code == "tile_differs"
    with pytest.raises(TamperedError):
        TileReader(store.tile, 300).read(0, 299)


def test_the_reader_has_the_root_of_every_size_from_the_widest_tiles():
    _, store = grown(600)
    cache = TileCache()
    for size in range(601):
        assert merkle.root(TileReader(store.tile, size, cache), size) == mth(0, size)


def test_the_reader_reads_every_complete_subtree_and_nothing_else():
    _, store = grown(600)
    reader = TileReader(store.tile, 600)
    for level in range(11):
        for index in range(600 >> level):
            assert reader.read(level, index) == mth(index << level, (index + 1) << level)
        with pytest.raises(MalformedError):
            reader.read(level, 600 >> level)
    for level, index in [(-1, 0), (0, -1)]:
        with pytest.raises(MalformedError):
            reader.read(level, index)


def test_subtrees_above_level_eight_are_read_from_the_tiles_above():
    edge, store = grown(0)
    leaves = [leaf(i) for i in range(66_000)]
    edge, changed = edge.extend(leaves)
    store.upsert(changed)
    frontier = merkle.Frontier()
    for digest in leaves:
        frontier.append(digest)
    reader = TileReader(store.tile, 66_000)
    assert merkle.root(reader, 66_000) == frontier.root() == edge.root()
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        proof = merkle.prove_inclusion(reader, index=index, size=66_000)
        merkle.check_inclusion(
            proof, size=66_000, root=frontier.root(), index=index, leaf=leaves[index]
        )


def test_a_tile_is_read_once_while_the_cache_holds_it():
    _, store = grown(600)
    cache = TileCache(capacity=4)
    for _ in range(3):
        merkle.prove_inclusion(TileReader(store.tile, 600, cache), index=7, size=600)
    assert store.reads == 3
    TileReader(store.tile, 550, cache).read(0, 549)
    assert store.reads == 4


def test_the_cache_forgets_the_tile_used_longest_ago():
    cache = TileCache(capacity=2)
    cache.put((0, 0, 256), (b"a",))
    cache.put((0, 1, 256), (b"b",))
    assert cache.get((0, 0, 256))
    cache.put((0, 2, 256), (b"c",))
    kept = [cache.get((0, n, 256)) for n in range(3)]
    assert kept == [(b"a",), None, (b"c",)]


def test_a_hundred_thousand_leaves_have_the_known_root():
    leaves = [sha256(b"\x00" + b"%0500d" % i).digest() for i in range(100_000)]
    edge, store, frontier = Edge(), Store(), merkle.Frontier()
    for start in range(0, len(leaves), 7_777):
        edge, changed = edge.extend(leaves[start : start + 7_777])
        store.upsert(changed)
    for digest in leaves:
        frontier.append(digest)
    reader = TileReader(store.tile, 100_000)
    roots = [edge.root(), frontier.root(), merkle.root(reader, 100_000)]
    assert {base64.b64encode(root).decode() for root in roots} == {KNOWN_ROOT}
