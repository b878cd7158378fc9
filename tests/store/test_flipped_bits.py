"""One flipped bit anywhere in the files is found, or changes nothing that was recorded.

Found: `verify` refuses the journal, and says so without a crash. Harmless: it verifies, and the
exported bodies are those of before. Bits are sampled from each kind of page (SQLite's file header,
b-tree headers, cells, overflow, free space) and from the write-ahead file.
"""

from __future__ import annotations

import io
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate_agent.contract.messages import Receipt
from gate_agent.errors import StorageError
from gate_agent.store.errors import BrokenChain
from gate_agent.store.verify import export, verify
from gate_agent.store.watermark import read_mark
from store.shelf import REF, hold, open_journal, passage, raw, write

PAGE = 4096
SAMPLES = 350
KINDS = {2: "inside index", 5: "inside table", 10: "leaf of index", 13: "leaf of table"}


def _quiet(_done: int, _total: int) -> None:
    return


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed journal with every kind of page: long bodies, inner nodes, free pages."""
    path = tmp_path_factory.mktemp("bits") / "gate.db"
    with open_journal(path) as journal:
        long = hold(0).model_copy(update={"reason": "elevated" * 1000})
        write(journal, long, *(passage(number) for number in range(1, 400)))
        write(journal, *(hold(number) for number in range(1, 40)))
    raw(path, "CREATE TABLE gone (x BLOB)")
    raw(path, "INSERT INTO gone VALUES (zeroblob(40000))")
    raw(path, "DROP TABLE gone")
    return path


def _exported(path: Path) -> bytes:
    out = io.BytesIO()
    export(path, out)
    return out.getvalue()


def _kind(content: bytes, page: int) -> str:
    if page == 0:
        return "file header and schema"
    return KINDS.get(content[page * PAGE], "overflow or free")


def _offsets(content: bytes, rng: random.Random) -> Iterator[tuple[str, int]]:
    """Yield where to flip: the whole file header, then each kind of page in equal parts."""
    for offset in range(100):
        yield "file header", offset
    pages: dict[str, list[int]] = {}
    for page in range(len(content) // PAGE):
        pages.setdefault(_kind(content, page), []).append(page)
    assert set(pages) >= {*KINDS.values(), "file header and schema", "overflow or free"}
    for kind, among in pages.items():
        for _ in range(SAMPLES // len(pages)):
            start = rng.choice(among) * PAGE
            within = rng.randrange(64 if rng.random() < 0.4 else PAGE)  # headers are dense
            yield kind, start + within


def _judge(path: Path, before: bytes) -> str:
    """Return whether the damage is found or harmless; fail if it is neither."""
    try:
        verify(path, _quiet)
    except StorageError:
        return "found"
    assert _exported(path) == before, "expected what was recorded, got other bodies"
    return "harmless"


def test_one_flipped_bit_in_the_database_is_found_or_harmless(
    original: Path, tmp_path: Path
) -> None:
    rng = random.Random(20261124)  # noqa: S311 a sample, the same each time
    before, content = _exported(original), original.read_bytes()
    damaged = tmp_path / "gate.db"
    seen: Counter[tuple[str, str]] = Counter()

    for kind, offset in _offsets(content, rng):
        flipped = bytearray(content)
        flipped[offset] ^= 1 << rng.randrange(8)
        damaged.write_bytes(flipped)
        seen[kind, _judge(damaged, before)] += 1

    print(dict(sorted(seen.items())))
    assert seen["leaf of table", "found"] > 0
    assert seen["leaf of table", "harmless"] > 0


def test_one_flipped_bit_in_the_write_ahead_file_is_found_or_harmless(tmp_path: Path) -> None:
    living, damaged = tmp_path / "living.db", tmp_path / "damaged.db"
    rng = random.Random(7)  # noqa: S311 as above
    with open_journal(living) as journal:
        write(journal, *(passage(number) for number in range(50)))
        journal._writer.ledger.checkpoint()
        write(journal, *(passage(number) for number in range(50, 110)))  # too few to be moved
        for name in ("", ".head"):
            shutil.copy(f"{living}{name}", f"{damaged}{name}")
        content = Path(f"{living}-wal").read_bytes()
        used = content.rindex(journal.head.link)  # what follows is room
        before = _exported(living)
    seen: Counter[str] = Counter()

    for at in range(300):
        flipped = bytearray(content)
        offset = at if at < 80 else rng.randrange(used)  # 32 and 24 bytes of headers
        flipped[offset] ^= 1 << rng.randrange(8)
        Path(f"{damaged}-wal").write_bytes(flipped)
        Path(f"{damaged}-shm").unlink(missing_ok=True)
        seen[_judge(damaged, before)] += 1

    print(dict(seen))
    assert seen["found"] > 200


def test_one_flipped_bit_in_the_mark_is_harmless(original: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "gate.db"
    shutil.copy(original, damaged)
    mark = Path(f"{original}.head").read_bytes()
    before = _exported(original)

    for offset in range(len(mark)):
        for bit in range(8):
            flipped = bytearray(mark)
            flipped[offset] ^= 1 << bit
            Path(f"{damaged}.head").write_bytes(flipped)
            assert read_mark(damaged) is None
    assert _judge(damaged, before) == "harmless"


def test_a_journal_whose_tail_is_cut_off_is_found_or_harmless(
    original: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "gate.db"
    shutil.copy(f"{original}.head", f"{damaged}.head")
    before, content = _exported(original), original.read_bytes()
    rng = random.Random(11)  # noqa: S311 as above

    seen: Counter[str] = Counter()

    for length in [0, 100, PAGE, *(rng.randrange(len(content)) for _ in range(60))]:
        damaged.write_bytes(content[:length])
        seen[_judge(damaged, before)] += 1  # harmless is what lay free at the end

    assert seen["found"] > 40


def test_an_older_copy_in_the_journals_place_is_found(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    with open_journal(path) as journal:
        write(journal, passage(1))
    old = path.read_bytes()
    with open_journal(path) as journal:
        write(journal, passage(2), passage(3))
    path.write_bytes(old)

    with pytest.raises(BrokenChain, match="event 2: it is missing, and 3 was durable already"):
        verify(path, _quiet)


def test_a_journal_that_contradicts_its_receipt_is_found(tmp_path: Path) -> None:
    path = tmp_path / "gate.db"
    with open_journal(path) as journal:
        write(journal, passage(1))
        journal.save_receipt(
            Receipt(epoch=journal.epoch, upto=1, link=REF, time="2026-11-24T02:00:00.000Z")
        )

    with pytest.raises(BrokenChain, match="event 1: it was another when it was told"):
        verify(path, _quiet)
