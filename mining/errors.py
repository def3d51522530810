"""Every error of the machine that reads facts."""


class MiningError(Exception):
    """Base of all errors that this package raises."""


class EmptyLog(MiningError):
    """A log without a single event cannot be read for findings."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"The log {log!r} has no events; import or record some before analysing it.")


class NoAlignment(MiningError):
    """No run of the model reaches its end, so that nothing can be aligned with it."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        super().__init__(
            f"The model {model!r} cannot be compared with a log: {reason} "
            "Check it with `qiangji procedure check` and repair what is named there."
        )


class LayoutFailed(MiningError):
    """Graphviz drew no picture in the time given."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The picture could not be drawn: {reason} Show fewer activities or paths.")


class UnknownAnalysis(MiningError):
    """An analysis was asked for that the table does not have."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name = name
        super().__init__(f"There is no analysis {name!r}; there are {', '.join(known)}.")


class ScenarioIncomplete(MiningError):
    """A simulation came to a point about which the scenario says nothing."""

    def __init__(self, element: str, missing: str) -> None:
        self.element, self.missing = element, missing
        super().__init__(
            f"The scenario says nothing about {missing} of {element!r}; learn it from a log that has it, "
            "or state it with `Scenario.assuming`."
        )


class SimulationTooLong(MiningError):
    """The simulated cases do not end within the years that are simulated."""

    def __init__(self, years: int, open_cases: int) -> None:
        self.open_cases = open_cases
        super().__init__(
            f"{open_cases:,} simulated cases are still open after {years} years: more work arrives than the officers can do, "
            "or a loop never ends. Check arrivals, staff and the probabilities of the scenario."
        )


class MissingVersion(MiningError):
    """Cases ran on a version whose model was not given."""

    def __init__(self, version: int | None, known: list[int]) -> None:
        self.version = version
        super().__init__(
            f"The log has cases of version {version}, but models were given for {known}; give that model too."
        )


class UnknownProposal(MiningError):
    """No redesign is filed under that number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"No redesign has the number {number}; `qiangji redesign propose` makes and lists them.")


class AlreadyDecided(MiningError):
    """A trial is decided once."""

    def __init__(self, trial: int, decision: str) -> None:
        self.trial, self.decision = trial, decision
        super().__init__(f"Trial {trial} was already decided: {decision}. Start a new trial to try it again.")


class UnsoundDiscovery(MiningError):
    """A discovered model can get stuck or never end; it is not handed on."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The discovered model is not sound: {reason} Try another share of noise.")


class UnreadableFilter(MiningError):
    """The text or JSON of a filter does not say what is meant."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The filter cannot be read: {reason}.")


class NothingLeft(MiningError):
    """No case of the log belongs to a filter."""

    def __init__(self, log: str, where: str) -> None:
        self.log, self.where = log, where
        super().__init__(f"No case of the log {log!r} belongs to the filter {where}; choose a wider one.")


class NoWorkingHours(MiningError):
    """Working time was asked for where no office hours are known."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__(f"No office hours are known in the zone {zone}; ask for clock time, or give a calendar.")


class FilterNameTaken(MiningError):
    """A name means one filter of a log."""

    def __init__(self, name: str, by: str) -> None:
        self.name = name
        super().__init__(f"The name {name!r} means another filter already, kept by {by}; choose another name.")


class UnknownFilter(MiningError):
    """No filter of a log was kept under that name."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name = name
        names = f"there are {', '.join(known)}" if known else "none was kept so far"
        super().__init__(f"No filter {name!r} was kept for this log; {names}.")


class MinerFailed(MiningError):
    """A miner drew nothing, or not in the time that it was given."""

    def __init__(self, miner: str, reason: str) -> None:
        self.miner = miner
        super().__init__(f"The {miner} miner drew nothing: {reason} Try another miner, or filter the log first.")


class Unacceptable(MiningError):
    """A deviation cannot be accepted like this."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This cannot be accepted: {reason}")


class UnknownAcceptance(MiningError):
    """Nothing was accepted under that number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"No acceptance has the number {number}; `qiangji deviation list` names them.")
