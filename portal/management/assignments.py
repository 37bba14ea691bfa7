"""An assignment of the size of a big year, made up from a seed: what `make bench` runs. Nothing of it is stored."""

import random

from vouchers.evaluation.rules import assigning
from vouchers.rounds.rules import AssigningPolicy

KINDS = {
    "CT": "IMAGING", "MRI": "IMAGING", "XRAY": "IMAGING", "ULTRASOUND": "IMAGING", "WSI": "IMAGING", "ECG": "BIOSIGNAL",
    "EEG": "BIOSIGNAL", "EHR": "STRUCTURED", "CLINICAL_NOTE": "TEXT", "WGS": "OMICS",
}  # fmt: skip
FIELDS = ("II", "IV", "VI", "IX", "X", "XI", "XIII")
EVALUATORS, EACH = 300, 3


def inputs(applications: int, seed: int = 1) -> str:
    """Canonical inputs: so many applications for three of 300 evaluators each, up to ten conflicts an application."""
    chance = random.Random(seed)
    members = [
        assigning.Member(
            f"usr-{number:03d}", _some(chance, list(KINDS), 1, 3), _some(chance, FIELDS, 0, 2),
            ("ko", "en") if chance.random() < 0.5 else ("ko",),
        )
        for number in range(EVALUATORS)
    ]  # fmt: skip
    refs = [member.ref for member in members]
    cases = [
        assigning.Case(
            f"app-{number:06d}", EACH, (), _some(chance, refs, 0, 10), _some(chance, list(KINDS), 1, 3), _some(chance, FIELDS, 1, 1),
            "en" if chance.random() < 0.1 else "ko",
        )
        for number in range(applications)
    ]  # fmt: skip
    return assigning.problem_text(assigning.problem(cases, members, AssigningPolicy(), KINDS))


def _some(chance: random.Random, of: "list[str] | tuple[str, ...]", least: int, most: int) -> tuple[str, ...]:
    return tuple(sorted(chance.sample(of, chance.randint(least, most))))
