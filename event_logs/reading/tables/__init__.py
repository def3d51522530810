"""Tables of any kind into facts: which column means what is proposed and confirmed, bad rows are set aside, the rest goes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from event_logs.errors import UnreadableLog
from event_logs.reading.facts import FactWriter
from event_logs.reading.mapping import ColumnMapping, Sample, propose_mapping
from event_logs.reading.stamps import Clock, Order
from event_logs.reading.tables.cells import Cells, guessed_kind
from event_logs.reading.tables.table import Table

Given = ColumnMapping | Mapping[str, str] | None


@dataclass
class TableReader:
    """Feeds the rows of one table to a writer; `notes` are sentences about what was decided."""

    table: Table
    given: Given = None
    notes: list[str] = field(default_factory=list)

    def prepare(self) -> ColumnMapping:
        """Decide the mapping, the types and the order of day and month; raises UnreadableLog."""
        rows = self.table.sample()
        self.header = self.table.header
        if not rows:
            raise self.table.source.unreadable(
                "there is no row below the header; if there should be, the file is cut off"
            )
        if len(self.header) < 3:
            names = ", ".join(map(repr, self.header))
            reason = f"a log needs a case, an activity and a time; the header has only {names}"
            raise self.table.source.unreadable(reason, line=1)
        sample = Sample(self.header, rows)
        self.mapping = self._map(sample)
        known = self.table.kinds
        self.kinds = {column: known.get(column) or guessed_kind(sample.cells(column)) for column in self.header}
        self.clock = Clock(self.mapping.zone, self._day_first(sample), self.mapping.timestamp_format)
        return self.mapping

    @property
    def decided(self) -> dict[str, object]:
        """What `prepare` decided besides the mapping, so that more rows can be read in the same way."""
        return {"day_first": self.clock.day_first, "kinds": self.kinds, "exact": bool(self.table.kinds)}

    def read(self, writer: FactWriter) -> None:
        """After `prepare`: every row into the writer, or aside."""
        writer.aside.header = self.header
        cells = Cells(self.header, self.mapping, self.kinds, self.clock, writer, exact=bool(self.table.kinds))
        for rows in self.table.blocks(writer.aside):
            cells.take(rows.columns, rows.lines)
        self.notes += self.table.notes

    def _map(self, sample: Sample) -> ColumnMapping:
        try:
            if isinstance(self.given, ColumnMapping):
                return propose_mapping(sample, {k: str(v) for k, v in _said(self.given).items()})
            return propose_mapping(sample, self.given)
        except UnreadableLog as error:
            raise self.table.source.unreadable(error.reason) from None

    def _day_first(self, sample: Sample) -> bool:
        if self.mapping.day_first is not None or self.mapping.timestamp_format is not None:
            return self.mapping.day_first is not False
        order = Order()
        columns = [c for c in (self.mapping.timestamp, self.mapping.start_timestamp) if c]
        for column in columns:
            order.see(sample.cells(column))
        if order.asked:
            order = self._whole_order(columns)
            self._note_order(order)
        return order.day_first

    def _whole_order(self, columns: Sequence[str]) -> Order:
        order, places = Order(), [list(self.header).index(column) for column in columns]
        for rows in self.table.blocks(None):
            for place in places:
                order.see(rows.columns[place].to_pylist())
        return order

    def _note_order(self, order: Order) -> None:
        said = "the day first" if order.day_first else "the month first"
        why = (
            "the whole column shows it"
            if order.decided
            else "the column does not decide it; say day_first=true or false if wrong"
        )
        self.notes.append(f"Dates were read with {said} ({why}).")


def _said(mapping: ColumnMapping) -> dict[str, object]:
    options = {
        "zone": mapping.zone,
        "timestamp_format": mapping.timestamp_format,
        "day_first": mapping.day_first,
        "statuses": mapping.statuses,
    }
    return mapping.columns() | {name: value for name, value in options.items() if value is not None}
