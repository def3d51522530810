"""Running cases go on with another version of their procedure: by a plan, looked at first, case by case, and undone where possible."""

from workflows.migration.carrying_out import begin, counts, migrate_next, open_migrations, plan_of
from workflows.migration.outlook import Outlook, TaskChange, TimeChange, dry_run
from workflows.migration.planning import MigrationPlan, plan
from workflows.migration.undoing import undo, undo_next

__all__ = [
    "MigrationPlan",
    "Outlook",
    "TaskChange",
    "TimeChange",
    "begin",
    "counts",
    "dry_run",
    "migrate_next",
    "open_migrations",
    "plan",
    "plan_of",
    "undo",
    "undo_next",
]
