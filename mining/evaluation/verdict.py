"""What follows from what was shown and what had been promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mining.evaluation.effect import Direction, Effect
from mining.evaluation.promising import Promise


class Advice(StrEnum):
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    GO_ON = "go_on"


@dataclass(frozen=True)
class Verdict:
    """What the figures advise; a person decides. `kept` says whether the effect lies in the promised interval, None where
    that cannot be said. `code` names the sentence for translation, `values` fill it."""

    advice: Advice
    code: str
    kept: bool | None
    values: Mapping[str, float | int]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code].format(**self.values)


SENTENCES: Mapping[str, str] = {
    "too_few": "Too few finished cases to judge: {n_before} on the current and {n_after} on the proposed version.",
    "longer": "Cases on the proposed version take {estimate:+.0%} ({low:+.0%} to {high:+.0%}): it does harm.",
    "shorter_as_promised": (
        "Cases on the proposed version take {estimate:+.0%} ({low:+.0%} to {high:+.0%}), as the simulation had promised."
    ),
    "shorter_not_as_promised": (
        "Cases on the proposed version take {estimate:+.0%} ({low:+.0%} to {high:+.0%}); "
        "the simulation had promised {promised_low:+.0%} to {promised_high:+.0%}."
    ),
    "no_gain": (
        "After {n_after} cases the promised gain ({promised:+.0%}) is ruled out: "
        "the measured change is {estimate:+.0%} ({low:+.0%} to {high:+.0%})."
    ),
    "undecided": (
        "After {n_after} cases no difference is shown yet: {estimate:+.0%} ({low:+.0%} to {high:+.0%}). "
        "The trial was planned for {planned} cases."
    ),
}


def judge(effect: Effect, promised: Promise) -> Verdict:
    """Promote what is shown to be shorter, roll back what is shown to be longer or cannot keep what was promised, else
    go on. The intervals hold for one look, at the number of cases for which the trial was planned."""
    kept = promised.low <= effect.estimate <= promised.high if effect.verdict is not Direction.TOO_FEW else None
    advice, code = _advice(effect, promised, kept)
    values: dict[str, float | int] = {
        "estimate": effect.estimate,
        "low": effect.low,
        "high": effect.high,
        "n_before": effect.n_before,
        "n_after": effect.n_after,
        "promised": promised.estimate,
        "promised_low": promised.low,
        "promised_high": promised.high,
        "planned": promised.cases,
    }
    return Verdict(advice, code, kept, values)


def _advice(effect: Effect, promised: Promise, kept: bool | None) -> tuple[Advice, str]:
    if effect.verdict is Direction.TOO_FEW:
        return Advice.GO_ON, "too_few"
    if effect.verdict is Direction.LONGER:
        return Advice.ROLL_BACK, "longer"
    if effect.verdict is Direction.SHORTER:
        return Advice.PROMOTE, "shorter_as_promised" if kept else "shorter_not_as_promised"
    if effect.low > promised.estimate and effect.n_before + effect.n_after >= promised.cases:
        return Advice.ROLL_BACK, "no_gain"
    return Advice.GO_ON, "undecided"
