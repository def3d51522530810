"""The pages: each one file here and one template of the same name."""

from __future__ import annotations

from webui.pages import (
    analysis,
    calendar,
    case,
    cases,
    external_tasks,
    health,
    home,
    import_log,
    improvement,
    inbox,
    incidents,
    migration,
    modeler,
    new_case,
    outbox,
    procedure,
    procedures,
    sign_in,
    staff,
    task,
)

PAGES = (
    sign_in.page,
    health.page,
    home.page,
    inbox.page,
    task.page,
    new_case.page,
    cases.page,
    case.page,
    incidents.page,
    outbox.page,
    external_tasks.page,
    procedures.page,
    procedure.page,
    migration.page,
    modeler.page,
    import_log.page,
    analysis.page,
    improvement.page,
    staff.page,
    calendar.page,
)
