"""Two groups of cases side by side: the surest differences, and where the change of the mean lead time comes from."""

from __future__ import annotations

from mining.change import Change, Decomposition, Look, Measure, Part
from webui.report_tables.shapes import MOST_ROWS, Cell, Section, Table, Writer
from webui.report_texts import percent

DAY = 86_400_000_000  # in microseconds


def change(found: Change, writer: Writer) -> Section:
    before, after = (f"{n:,}" for n in found.cases)
    surest = found.significant
    key = "compared" if found.looked else "compared_few"
    told = writer.say(key, before=before, after=after, significant=len(surest), looked=found.looked)
    looks = tuple(_look(look, writer) for look in surest[: 2 * MOST_ROWS])
    columns = writer.columns("figure", "group_before", "group_after", "difference", "interval", "p_corrected")
    tables = [Table(writer.say("significant"), columns, looks, in_all=len(surest))]
    if found.lead is not None:
        tables.append(Table(writer.say("lead_change"), writer.columns("part", "days"), _parts(found.lead, writer)))
    return Section("change", writer.say("change"), (told,), tuple(tables))


def _look(look: Look, writer: Writer) -> tuple[Cell, ...]:
    names = dict(zip("ab", map(writer.labels, look.subject), strict=False))
    seconds = look.unit == "seconds"
    values = [writer.time(value) if seconds else percent(value) for value in (look.before, look.after)]
    sign = " %" if seconds else f" {writer.say('points')}"
    name = writer.say(f"look_{look.measure}", **names)
    if look.measure is Measure.ON_TIME:
        name += f" ({', '.join(map(writer.labels, look.subject[1:]))})" if look.subject[1:] else ""
    return (
        Cell(name, number=False),
        *map(Cell, values),
        Cell(f"{look.difference * 100:+.1f}{sign}"),
        Cell(f"{look.low * 100:+.1f} … {look.high * 100:+.1f}"),
        Cell("< 0.001" if look.corrected < 0.001 else f"{look.corrected:.3f}"),
    )


def _parts(lead: Decomposition, writer: Writer) -> tuple[tuple[Cell, ...], ...]:
    rows = [(writer.say("mean_before"), f"{float(lead.before / DAY):.2f}")]
    rows += [
        (writer.say(f"change_{part}"), f"{float(lead.by_part[part] / DAY):+.2f}") for part in Part if lead.by_part[part]
    ]
    rows.append((writer.say("mean_after"), f"{float(lead.after / DAY):.2f}"))
    return tuple((Cell(name, number=False), Cell(value)) for name, value in rows)
