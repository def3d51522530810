"""Whole blocks of XES say exactly what the careful reader says, of every file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from event_logs.errors import UnreadableLog
from event_logs.reading import xes
from event_logs.reading.facts import FactWriter
from event_logs.reading.mapping import XES
from event_logs.reading.source import Source
from event_logs.reading.stamps import Clock
from event_logs.reading.xes import XesReader

KINDS = {
    "string": [
        "a",
        "",
        "税务",
        "x\\y",
        "a&amp;b",
        "&#x7A0E;",
        "&quot;",
        "tab\there",
        "long enough to lie elsewhere",
        "a>b",
        "'",
    ],
    "int": ["1", "-5", "007", "-0", "", "99999999999999999999999", " 3", "many"],
    "float": ["1.5", "10.50", "3", "1e5", "0.00001", "-0.0", "nan", "inf", "123456789012345678.5", "x"],
    "boolean": ["true", "false", "True", "1", "", "maybe"],
    "date": [
        "2026-03-02T09:00:00.000+08:00",
        "2026-03-02T09:00:00.123+08:00",
        "2026-03-02T09:00:00+08:00",
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:00:00.120Z",
        "2026-03-02 09:00:00+08:00",
        "2026-03-02T09:00:00-00:00",
        "0000-03-02T09:00:00Z",
        "2026-03-02",
        "soon",
    ],
    "id": ["8a7b", "x"],
}
ODDITIES = [
    "<!-- a comment with </trace> -->",
    "<list key='l'><string key='x' value='1'/></list>",
    '<string key="n" value="1"><int key="m" value="2"/></string>',
    '<string value="turned" key="round"/>',
    "<![CDATA[</trace>]]>",
    "<?pi </trace> ?>",
    '<string key="one" value="1"></string>',
    '<string key="k"/>',
    '<string key="a&amp;b" value="1"/>',
    "text",
]


def some_log(chance: random.Random, oddness: float) -> str:
    """Plain for the most part: the more oddness, the less."""
    gap = chance.choice(["", "\n", "\n\t\t", " \r\n"])
    traces = []
    for n in range(chance.randint(1, 12)):
        parts = [f'<string key="concept:name" value="{n if chance.random() > oddness / 5 else n // 2}"/>']
        parts += [attribute(chance, f"t{k}") for k in range(chance.randint(0, 2))]
        parts += [event(chance, gap, oddness) for _ in range(chance.randint(0 if chance.random() < oddness else 1, 6))]
        if chance.random() < oddness / 2:
            parts.insert(chance.randrange(len(parts)), chance.choice(ODDITIES))
        if chance.random() < oddness:
            chance.shuffle(parts)
        traces.append(f"<trace>{gap}{gap.join(parts)}{gap}</trace>")
    head = chance.choice(["", '<?xml version="1.0" encoding="UTF-8"?>\n', "<!-- <trace> -->\n"])
    log = '<log><extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>'
    return head + log + gap.join(["", *traces]) + "</log>\n"


def event(chance: random.Random, gap: str, oddness: float) -> str:
    parts = [
        f'<string key="concept:name" value="{chance.choice(["a", "b", "审核", "c&amp;d"])}"/>',
        f'<date key="time:timestamp" value="2026-03-{chance.randint(1, 28):02}T09:00:00{chance.choice(["+08:00", "Z", ".250+08:00"])}"/>',
    ]
    if chance.random() < 0.6:
        parts.append(f'<string key="lifecycle:transition" value="{chance.choice(["START", "complete", "Done", ""])}"/>')
    if chance.random() < 0.3:
        parts.append(f'<string key="org:resource" value="{chance.choice(["李", "", "W&lt;"])}"/>')
    parts += [attribute(chance, f"e{k}") for k in range(chance.randint(0, 3))]
    if chance.random() < oddness / 4:
        parts.append(chance.choice(ODDITIES))
    if chance.random() < oddness / 4:
        del parts[chance.randrange(len(parts))]
    if chance.random() < 0.3:
        chance.shuffle(parts)
    return f"<event>{gap}{gap.join(parts)}{gap}</event>"


def attribute(chance: random.Random, key: str) -> str:
    kind = chance.choice(list(KINDS))
    plain = chance.random() < 0.7
    return f'<{kind} key="{key}" value="{KINDS[kind][0] if plain else chance.choice(KINDS[kind])}"/>'


def said(path: Path, folder: Path, *, in_blocks: bool) -> Any:
    """All that a reader says of a file: its tables and counts, or why it is none."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    clock = Clock("Asia/Shanghai")
    try:
        with FactWriter(folder, clock.instants) as writer:
            reader = XesReader(Source(path), writer, XES, clock, in_blocks=in_blocks)
            reader.read()
    except UnreadableLog as error:
        return str(error)
    aside = folder / "set_aside.csv"
    tables = [pq.read_table(folder / name).to_pylist() for name in ("events.parquet", "cases.parquet")]
    rest = (writer.counts, reader.notes, reader.header.as_dict(), clock.naive)
    return tables, rest, aside.read_text("utf-8") if aside.exists() else ""


def same(path: Path, tmp_path: Path) -> None:
    careful, blocks = (said(path, tmp_path / name, in_blocks=name == "blocks") for name in ("careful", "blocks"))
    if careful != blocks:
        for one, other in zip(careful[0][0], blocks[0][0], strict=True):
            assert one == other
    assert blocks == careful


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes, "BLOCK", 1500)
    monkeypatch.setattr("event_logs.reading.source._RAW", 700)


@pytest.mark.parametrize("oddness", [0.0, 0.1, 0.5])
def test_blocks_and_care_say_the_same(tmp_path: Path, oddness: float) -> None:
    path = tmp_path / "log.xes"
    for seed in range(25):
        path.write_text(some_log(random.Random(f"{seed} {oddness}"), oddness), encoding="utf-8")
        same(path, tmp_path)


def test_blocks_and_care_say_the_same_of_spoilt_files(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    for seed in range(60):
        chance = random.Random(seed)
        whole = bytearray(some_log(chance, 0.05).encode())
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(whole))
            whole[at : at + chance.randint(0, 2)] = chance.choice(
                [b"", b'"', b"<", b"&", b"\x00", b"\xff", b"/>", b"</trace>", b"\n"]
            )
        path.write_bytes(whole[: chance.choice([len(whole), chance.randrange(len(whole))])] or b"<")
        same(path, tmp_path)


@pytest.mark.parametrize("name", ["running_example", "receipt_wabo_permit"])
def test_blocks_and_care_say_the_same_of_public_logs(
    shared: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xes, "BLOCK", 200_000)
    same(shared / "data" / "logs" / f"{name}.xes.gz", tmp_path)


@pytest.mark.slow
def test_blocks_and_care_say_the_same_of_every_public_log(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    for path in sorted((shared / "data" / "logs").glob("*.xes.gz")):
        same(path, tmp_path)


def test_a_plain_file_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[int] = []
    feed = xes.CarefulReader.feed
    monkeypatch.setattr(xes.CarefulReader, "feed", lambda self, chunk: fed.append(len(chunk)) or feed(self, chunk))
    text = some_log(random.Random(2), 0.0).replace("</log>", "") * 1
    (tmp_path / "log.xes").write_text(text + "</log>", encoding="utf-8")
    said(tmp_path / "log.xes", tmp_path / "read", in_blocks=True)
    assert sum(fed) < 300 < len(text)
