"""Every error of the language of facts."""

from datetime import date, datetime


class EventLogError(Exception):
    """Base of all errors that this package raises."""


class UnreadableLog(EventLogError):
    """A file is no log that can be read; says at which line or event, and why."""

    def __init__(self, reason: str, *, source: str = "", line: int | None = None, event: int | None = None) -> None:
        self.reason, self.source, self.line, self.event = reason, source, line, event
        place = ", ".join(
            part for part in (source, f"line {line:,}" if line else "", f"event {event:,}" if event else "") if part
        )
        super().__init__(f"{place}: {reason}" if place else reason)


class NotEnoughMemory(EventLogError):
    """A log needs more memory to be read than there is."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(
            f"{source} needs more memory to be read than is left here, and nothing of it was kept; "
            "import it again when other work has ended, or on a machine with more memory."
        )


class UnknownLog(EventLogError):
    """No log has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no log named {name!r}; `qiangji log list` shows those there are.")


class LogExists(EventLogError):
    """A log of that name is already there."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is already a log named {name!r}; remove it first or choose another name.")


class BadLogName(EventLogError):
    """A name that cannot be a folder."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} cannot name a log; use letters, digits, '-', '_' and '.', and no slash.")


class NaiveTime(EventLogError, ValueError):
    """A time without a zone was given where an instant is meant."""

    def __init__(self, value: datetime) -> None:
        self.value = value
        super().__init__(
            f"The time {value.isoformat()} has no zone; give an aware one, for example `datetime.now(timezone.utc)`."
        )


class Unstorable(EventLogError, TypeError):
    """A value of a type that has no typed JSON form."""

    def __init__(self, value: object) -> None:
        self.value = value
        super().__init__(
            f"A {type(value).__name__} cannot be stored as an attribute; use text, numbers, truth values, Decimal, "
            "dates, times, timedelta, or lists and string-keyed mappings of them."
        )


class InvalidCalendar(EventLogError, ValueError):
    """The office hours or the zone of a calendar make no sense."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This is no working calendar: {reason}.")


class BeyondCalendar(EventLogError, ValueError):
    """A working time was asked for that ends outside the years which calendars cover."""

    def __init__(self, start: datetime | date, first: int, last: int) -> None:
        self.start = start
        super().__init__(f"Counting working time from {start.isoformat()} leaves the years {first} to {last}.")


class NegativeWorkingTime(EventLogError, ValueError):
    """Working time can be added, not taken away."""

    def __init__(self, amount: object) -> None:
        self.amount = amount
        super().__init__(f"Working time is added forwards only; {amount} is negative.")


class UnwritableLog(EventLogError):
    """A log cannot be written to that place."""

    def __init__(self, path: str, reason: str = "") -> None:
        self.path = path
        way_out = reason or "its name should end in .xes, .xes.gz, .csv, .csv.gz or .parquet"
        super().__init__(f"The log cannot be written to {path}: {way_out}.")


class UnusableKey(EventLogError):
    """A file holds no key that seals can be signed or checked with."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"{place} holds no Ed25519 key in PEM form; `qiangji log key` writes the public one.")


class WrongKey(EventLogError):
    """The key that is there is not the one whose turn it is."""

    def __init__(self, wanted: str, found: str) -> None:
        self.wanted, self.found = wanted, found
        super().__init__(
            f"The next seal must be signed with the key {wanted}, but the key on file is {found}; put the right file back, "
            "or begin a new book of seals beside the old one."
        )


class BrokenSeal(EventLogError):
    """A seal is not what was signed, or does not follow the one before."""

    def __init__(self, number: int | None, reason: str) -> None:
        self.number, self.reason = number, reason
        name = "A seal" if number is None else f"Seal {number:,}"
        super().__init__(f"{name} is broken: {reason}.")


class DatabaseRewound(EventLogError):
    """The database ends before what was sealed: an old copy was put in its place, or its end was cut off."""

    def __init__(self, sealed: int, found: int) -> None:
        self.sealed, self.found = sealed, found
        super().__init__(
            f"Events up to position {sealed:,} were sealed, but the database ends at {found:,}: an old copy was put in its "
            "place, or its end was removed. `qiangji log verify` names what is missing."
        )


class UnusableProofs(EventLogError):
    """A file of proofs cannot be read, or is that of another log."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"The proofs in {place} cannot be used: {reason}.")


class NotSealed(EventLogError):
    """What is asked a proof of has not been sealed."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"No seal covers {what}; `qiangji log seal` closes one now.")


class BadPrivacyRule(EventLogError):
    """A rule for personal data makes no sense."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(f"The privacy rule for {name!r} cannot be followed: {reason}.")


class SnapshotGone(EventLogError):
    """Events that a snapshot holds were given up by the rules of retention."""

    def __init__(self, procedure: str, number: int, before: str) -> None:
        self.procedure, self.number = procedure, number
        super().__init__(
            f"Snapshot {number} of {procedure} needs events from before {before}, which the warehouse has given up "
            "(QIANGJI_KEEP_MONTHS); take a new snapshot."
        )


class UnusableEngine(EventLogError):
    """What analyses are to run on cannot be reached."""

    def __init__(self, engine: str, reason: str) -> None:
        self.engine = engine
        super().__init__(
            f"The engine {engine!r} cannot be used: {reason}. QIANGJI_MINING_ENGINE names `duckdb` or a Spark master."
        )


class UnreadableNotice(EventLogError):
    """A notice on holidays, or a list of days, that says no days."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The notice cannot be read: {reason}")


class BadCollection(EventLogError):
    """A query that is to be collected cannot be asked as it is."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"The collection {name!r} cannot be asked: {reason}.")


class UnknownCollection(EventLogError):
    """No query of that name is collected."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no collection {name!r}; `qiangji log collect list` shows those there are.")


class BadCloudEvent(EventLogError):
    """A pushed event is no CloudEvent 1.0 that tells of a case."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This event cannot be taken in: {reason}.")


class NotRepairable(EventLogError):
    """Rows set aside cannot be fed in again, since the log was not read from a table."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"Rows set aside of {name!r} cannot be fed in again, because it was not read from a table (XES and OCEL are none), or its statuses were paired; "
            "mend them in the file it came from, and import that with `--replace`."
        )
