"""The only door to SpiffWorkflow: models become executions that are told what happened and say what follows."""

from workflows.engine.execution import CannotRun, Execution, begin, prepare, resume
from workflows.engine.facts import Fact
from workflows.engine.migrating import Hindrance, Migrated, go_on, migrate
from workflows.engine.moving import leave_out, model_at, move, optional, standing, targets
from workflows.engine.plan import Plan
from workflows.engine.refusals import Refusal, refusals
from workflows.engine.specs.events import REPEATS
from workflows.engine.steps import HandedOut, Steps, Verdict

__all__ = [
    "REPEATS",
    "CannotRun",
    "Execution",
    "Fact",
    "HandedOut",
    "Hindrance",
    "Migrated",
    "Plan",
    "Refusal",
    "Steps",
    "Verdict",
    "begin",
    "go_on",
    "leave_out",
    "migrate",
    "model_at",
    "move",
    "optional",
    "prepare",
    "refusals",
    "resume",
    "standing",
    "targets",
]
