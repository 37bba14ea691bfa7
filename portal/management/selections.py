"""A selection of the size of a big year, made up from a seed: what `make bench` runs. Nothing of it is stored."""

import random
from decimal import Decimal

from vouchers.evaluation import rules

CRITERIA = {"necessity": 20, "technology": 25, "feasibility": 25, "impact": 20, "region": 10}
CAPS = {"LARGE": 320_000_000, "MEDIUM": 160_000_000, "SMALL": 80_000_000}
SLOTS = {"LARGE": 100, "MEDIUM": 100, "SMALL": 200}
REGIONS = ("SEOUL", "SEOUL", "GYEONGGI", "BUSAN", "DAEJEON")
POLICY = {
    "normalisation": "Z_SCORE",
    "pools": [{"pool": "NON_CAPITAL", "share": "0.60"}, {"pool": "YOUTH", "share": "0.30"}],
}
EVALUATORS, EACH = 300, 3


def inputs(applications: int, seed: int = 1) -> str:
    """Canonical inputs of a run: so many applications, three of 300 evaluators each, five criteria, two pools that bind, and a
    budget for three fifths of the slots."""
    chance = random.Random(seed)
    return rules.inputs_text(
        round_key="bench", policy_version=1, policy=POLICY, pass_mark=Decimal(60), reserve_length=20, weights=CRITERIA,
        budget_won=sum(SLOTS[track] * cap for track, cap in CAPS.items()) * 3 // 5,
        tracks=[rules.TrackPlan(track, SLOTS[track], cap) for track, cap in CAPS.items()],
        applicants=[_applicant(number, chance) for number in range(applications)],
    )  # fmt: skip


def _applicant(number: int, chance: random.Random) -> rules.Applicant:
    track, quality = chance.choice(list(CAPS)), chance.gauss(75, 10)
    evaluations = tuple(
        (f"usr-{who:03d}", {key: max(0, min(100, int(chance.gauss(quality, 6)))) for key in CRITERIA})
        for who in chance.sample(range(EVALUATORS), EACH)
    )
    return rules.Applicant(
        ref=f"app-{number:010d}", receipt_no=f"HDV-2027-{number:06d}", track=track,
        grant_won=chance.randint(CAPS[track] // 2000, CAPS[track] // 1000) * 1000,
        submitted_at=f"2027-03-01T00:00:00.{chance.randrange(10**6):06d}+00:00", matched=True, region=chance.choice(REGIONS),
        youth=chance.random() < 0.2, size="SMALL", provider_outside=False, penalties=(), evaluations=evaluations,
    )  # fmt: skip


def bare_sort(body: dict) -> list[str]:  # type: ignore[type-arg]
    """The limit: the same applications, weighted and sorted, nothing else. body: the inputs as JSON."""
    weights = dict(body["weights"])

    def total(one: dict) -> int:  # type: ignore[type-arg]
        return sum(points * weights[key] for row in one["evaluations"] for key, points in row["points"].items())

    return [one["ref"] for one in sorted(body["applications"], key=lambda one: (-total(one), one["receipt_no"]))]
