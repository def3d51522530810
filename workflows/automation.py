"""Automatic steps: the registered service tasks, and what happens when one fails.

A service task decides purely: `f(inputs, *, now)` returns the variables that it sets, or an `Outcome` with messages for the
outbox and entries for the registers, which are written in the same transaction. `inputs` always has `case_number` and
`activity`. It raises ServiceFailed to be tried again later, or ProcedureFault for an error that the drawing may catch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from workflows.errors import ProcedureFault, ServiceFailed, UnknownServiceTask

LATE_FEE_A_DAY = Decimal("0.0005")  # Tax Collection and Administration Law, article 32: 0.05 % a day
CENT = Decimal("0.01")
EXTERNAL_RETRIES = 5  # failures that an external worker may report before a person has to look at it
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for the outbox."""

    channel: str
    name: str
    recipient: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry for a register of the office."""

    register: str
    subject: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a service task sets, sends and enters."""

    values: Mapping[str, Any] = field(default_factory=dict)
    letters: tuple[Letter, ...] = ()
    entries: tuple[Entry, ...] = ()


ServiceTask: TypeAlias = Callable[..., "Outcome | Mapping[str, Any]"]
SERVICE_TASKS: dict[str, ServiceTask] = {}


def service_task(name: str) -> Callable[[ServiceTask], ServiceTask]:
    """Register a function as service task of that name."""

    def register(function: ServiceTask) -> ServiceTask:
        SERVICE_TASKS[name] = function
        return function

    return register


def perform(name: str, inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
    """Run a service task; raises UnknownServiceTask, ServiceFailed or ProcedureFault.

    What goes wrong inside it (a missing input, a wrong type, an unreachable system) counts as a failure of this try: the
    case keeps its place, and the officer whose work led here is not punished for it.
    """
    if name not in SERVICE_TASKS:
        raise UnknownServiceTask(name)
    try:
        result = SERVICE_TASKS[name](inputs, now=now)
    except (LookupError, TypeError, ValueError, ArithmeticError, OSError) as error:
        raise ServiceFailed(f"{name}: {type(error).__name__}: {error}") from error
    return result if isinstance(result, Outcome) else Outcome(result)


def pause_before(attempt: int) -> timedelta | None:
    """How long to wait before another try after this many; None when a person has to look at it."""
    return PAUSES[attempt - 1] if attempt <= len(PAUSES) else None


def _money(value: Any, name: str) -> Decimal:
    if value is None:
        raise ServiceFailed(f"The amount {name!r} is missing.")
    return Decimal(str(value))


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo("Asia/Shanghai")).date() if value.tzinfo else value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


@service_task("tax.late_fee")
def late_fee(inputs: Mapping[str, Any], *, now: datetime) -> Mapping[str, Any]:
    """The late fee on `tax_due` from the day after `due_date` to `paid_on` (today while unpaid): 0.05 % a day, to the cent."""
    paid_on = _day(inputs.get("paid_on") or now)
    days = max((paid_on - _day(inputs["due_date"])).days, 0)
    fee = _money(inputs.get("tax_due"), "tax_due") * LATE_FEE_A_DAY * days
    return {"late_fee": fee.quantize(CENT, ROUND_HALF_UP), "days": Decimal(days)}


@service_task("treasury.order_pay_out")
def order_pay_out(inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
    """Order the treasury to pay; its answer comes back as the message treasury_paid or treasury_rejected of this case."""
    amount = _money(inputs.get("amount"), "amount")
    if amount <= 0:
        raise ProcedureFault("nothing_to_pay", f"There is nothing to pay out: the amount is {amount}.")
    order = f"{inputs['case_number']}-{now:%Y%m%d%H%M%S}"
    payload = {"order": order, "amount": amount, "account": inputs.get("account"), "payee": inputs.get("payee")}
    return Outcome({"order": order}, (Letter("treasury", "pay_out_order", "treasury", payload),))


@service_task("notice.send")
def send_notice(inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
    """Send a notice by its `template` to a `recipient`, over a `channel` (letter unless one is named)."""
    recipient = inputs.get("recipient")
    if not recipient:
        raise ServiceFailed("The notice has no recipient.")
    channel = str(inputs.get("channel") or "letter")
    payload = {name: value for name, value in inputs.items() if name not in ("recipient", "channel")}
    return Outcome(
        {"notified_at": now}, (Letter(channel, str(inputs.get("template") or "notice"), str(recipient), payload),)
    )


@service_task("invoice.set_ceiling")
def set_ceiling(inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
    """Enter a taxpayer's ceiling for special VAT invoices."""
    ceiling = _money(inputs.get("ceiling"), "ceiling")
    entry = Entry("invoice_ceiling", str(inputs["taxpayer_id"]), {"ceiling": ceiling, "valid_from": now.date()})
    return Outcome({"ceiling_set": ceiling}, entries=(entry,))


@service_task("record.write")
def write_record(inputs: Mapping[str, Any], *, now: datetime) -> Outcome:
    """Enter all inputs into the `register` under the `subject`."""
    values = {name: value for name, value in inputs.items() if name not in ("register", "subject")}
    return Outcome({"recorded_at": now}, entries=(Entry(str(inputs["register"]), str(inputs["subject"]), values),))
