"""Logs whose lifecycle is a status: what a case was in from one event to the next, told as transitions that pair into performed work.

An event of such a log says that a case came into a status, which lasts until its next event; its activity is the group of the status
(`Accepted` with `In Progress`, `Wait - User`; `Queued`; `Completed`). A stay of the case in one group is one piece of work:

- the first status of being worked on begins it; a later one resumes it after a wait, and hands it over if the officer is another (by a
  fact of its own after a wait);
- a status of waiting suspends it, or schedules it where it was not begun yet; being queued schedules it, being assigned assigns it;
- a status that ends it completes or withdraws it; where there is none, it is completed when the case comes into another group, by a fact
  that is added at that moment, of which the officer is not known;
- a stay that nothing ends is open. A status that is none of these counts as a completion, as in any log.

The words of the file stay in the attribute `lifecycle:transition`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from event_logs.parquet import connection
from event_logs.reading.facts import BLOCK, EVENTS_SCHEMA
from event_logs.reading.lifecycles import TRANSITIONS

STATUSES = {
    "progress": ("in progress", "in call", "active", "open", "started", "working", "办理中", "处理中"),
    "schedule": ("awaiting assignment", "queued", "new", "ready", "待分配", "待办"),
    "assign": ("assigned", "reassigned", "accepted", "已分配", "已受理"),
    "suspend": ("suspended", "on hold", "pending", "挂起", "暂停"),
    "complete": ("resolved", "closed", "completed", "done", "fixed", "finished", "办结", "已完成"),
    "withdraw": ("cancelled", "canceled", "withdrawn", "aborted", "撤回", "已撤销"),
}
_WAITS = ("wait", "等待")  # what a status of waiting begins with


def foreign_transition(path: Path) -> str | None:
    """A transition of the events in a file that is none of the standard, as far as the statistics of the file show one."""
    about, column = pq.read_metadata(path), EVENTS_SCHEMA.get_field_index("lifecycle")
    for group in range(about.num_row_groups):
        known = about.row_group(group).column(column).statistics
        for word in (known.min, known.max) if known is not None and known.has_min_max else ():
            if word not in TRANSITIONS:
                return str(word)
    return None


def pair_statuses(folder: Path) -> int:
    """Write `events.parquet` of the folder anew with transitions for statuses; says how many facts were added."""
    path = folder / "events.parquet"
    before = pq.read_metadata(path).num_rows
    database: Any = connection().con
    told = folder / "paired.parquet"
    with pq.ParquetWriter(told, EVENTS_SCHEMA, compression="zstd") as written:
        for batch in database.sql(_QUERY.format(path=str(path).replace("'", "''"))).to_arrow_reader(BLOCK):
            written.write_batch(batch.cast(EVENTS_SCHEMA))
    database.close()
    told.replace(path)
    return int(pq.read_metadata(path).num_rows - before)


def _said() -> str:
    """The meaning of a status, in SQL; null where it has none."""
    told = " ".join(f"WHEN status IN ({', '.join(map(repr, words))}) THEN '{kind}'" for kind, words in STATUSES.items())
    waits = " OR ".join(f"starts_with(status, '{word}')" for word in _WAITS)
    return f"CASE {told} WHEN {waits} THEN 'suspend' END"


_QUERY = f"""
WITH events AS (SELECT * EXCLUDE ("at"), "at" AS moment, lower(trim(lifecycle)) AS status FROM read_parquet('{{path}}')),
changes AS (
  SELECT *, {_said()} AS said, (activity IS DISTINCT FROM lag(activity) OVER so_far)::INT AS enters
  FROM events WINDOW so_far AS (PARTITION BY case_id ORDER BY moment, position)
),
stays AS (SELECT *, sum(enters) OVER (PARTITION BY case_id ORDER BY moment, position) AS stay FROM changes),
told AS (
  SELECT *,
    count(*) FILTER (said = 'progress') OVER before AS begun,
    last_value(CASE WHEN said IN ('progress', 'suspend') THEN said END IGNORE NULLS) OVER before AS last_said,
    last_value(CASE WHEN said = 'progress' THEN officer END IGNORE NULLS) OVER before AS last_officer,
    row_number() OVER (PARTITION BY case_id, stay ORDER BY moment DESC, position DESC) = 1 AS leaves,
    lead(moment) OVER (PARTITION BY case_id ORDER BY moment, position) AS next_moment,
    lead(position) OVER (PARTITION BY case_id ORDER BY moment, position) AS next_position
  FROM stays
  WINDOW before AS (PARTITION BY case_id, stay ORDER BY moment, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
transitions AS (
  SELECT *, CASE
    WHEN said = 'progress' AND begun = 0 THEN 'start'
    WHEN said = 'progress' AND (last_said = 'suspend' OR officer IS NOT DISTINCT FROM last_officer) THEN 'resume'
    WHEN said = 'progress' THEN 'reassign'
    WHEN said = 'suspend' AND begun = 0 THEN 'schedule'
    ELSE coalesce(said, lifecycle) END AS transition
  FROM told
),
facts AS (
  SELECT case_id, position AS place, 1 AS rank, activity, transition AS lifecycle, moment, stay, version, officer, post, office, zone,
    CASE WHEN attributes = '{{{{}}}}' THEN '{{{{' ELSE left(attributes, -1) || ',' END
      || '"lifecycle:transition":' || to_json(lifecycle)::VARCHAR || '}}}}' AS attributes
  FROM transitions
  UNION ALL
  SELECT case_id, next_position, 0, activity, 'complete', next_moment, stay, version, NULL, NULL, NULL, zone, '{{{{}}}}'
  FROM transitions
  WHERE leaves AND next_moment IS NOT NULL AND said IS NOT NULL AND transition NOT IN ('complete', 'withdraw')
  UNION ALL
  SELECT case_id, position, 2, activity, 'reassign', moment, stay, version, officer, post, office, zone, '{{{{}}}}'
  FROM transitions
  WHERE transition = 'resume' AND officer IS DISTINCT FROM last_officer
)
SELECT case_id, row_number() OVER (ORDER BY place, rank) - 1 AS position, activity, lifecycle, moment AS "at", stay::VARCHAR AS instance, version,
  officer, post, office, attributes, zone
FROM facts ORDER BY place, rank
"""
