"""A run's inputs and outputs as canonical JSON, and back. The engine reads its inputs only from the text that is stored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from vouchers.evaluation.rules.grounds import Ground
from vouchers.evaluation.rules.rerun import RERUN_ENGINE, Rerun, rerun
from vouchers.evaluation.rules.selection import (
    ENGINE,
    Applicant,
    Inputs,
    Line,
    Quota,
    Result,
    TrackPlan,
    canonical,
    digest,
    select,
)
from vouchers.evaluation.rules.stages import Outcome
from vouchers.rounds.rules import parse_selection


def inputs_text(
    *,
    round_key: str,
    policy_version: int,
    policy: Mapping[str, Any],
    pass_mark: Decimal,
    reserve_length: int,
    weights: Mapping[str, int],
    budget_won: int,
    tracks: list[TrackPlan],
    applicants: list[Applicant],
) -> str:
    """policy: `selection` of the policy's body, as it stands there. weights: in the order of the call."""
    return canonical(
        {
            "engine": ENGINE,
            "round": round_key,
            "policy_version": policy_version,
            "policy": dict(policy),
            "pass_mark": str(pass_mark),
            "reserve_length": reserve_length,
            "weights": [list(pair) for pair in weights.items()],
            "budget_won": budget_won,
            "tracks": [asdict(plan) for plan in tracks],
            "applications": [_applicant(one) for one in sorted(applicants, key=lambda one: (one.receipt_no, one.ref))],
        }
    )


def _applicant(one: Applicant) -> dict[str, Any]:
    evaluations = sorted(one.evaluations, key=lambda pair: pair[0])
    facts = asdict(one)
    for name in ("late", "absent"):  # as every record before there were late entries and absences
        if not facts[name]:
            del facts[name]
    return {
        **facts,
        "penalties": sorted(one.penalties),
        "evaluations": [{"evaluator": who, "points": dict(points)} for who, points in evaluations],
    }


def parse_inputs(body: Mapping[str, Any]) -> Inputs:
    """The JSON of `inputs_text` → Inputs."""
    return Inputs(
        round=body["round"],
        policy_version=body["policy_version"],
        policy=parse_selection(body["policy"]),
        pass_mark=Decimal(body["pass_mark"]),
        reserve_length=body["reserve_length"],
        weights=dict(body["weights"]),
        budget_won=body["budget_won"],
        tracks=tuple(TrackPlan(**plan) for plan in body["tracks"]),
        applicants=tuple(_parse_applicant(one) for one in body["applications"]),
    )


def _parse_applicant(one: Mapping[str, Any]) -> Applicant:
    evaluations = tuple((row["evaluator"], row["points"]) for row in one["evaluations"])
    listed = {"penalties": tuple(one["penalties"]), "absent": tuple(one.get("absent", ()))}
    return Applicant(**{**one, **listed, "evaluations": evaluations})


def outputs_text(text: str) -> str:
    """Runs the engine that the inputs name. text: of `inputs_text`. Raises KeyError for an engine that is unknown here."""
    body = json.loads(text)
    result = ENGINES[body["engine"]](body)
    return canonical(
        {
            "engine": body["engine"],
            "inputs_sha256": digest(text),
            "budget_won": result.budget_won,
            "left_won": result.left_won,
            "quotas": [asdict(quota) for quota in result.quotas],
            "lines": [_line(line) for line in result.lines],
        }
    )


def _line(line: Line) -> dict[str, Any]:
    decimals = {name: str(getattr(line, name)) for name in _DECIMALS}
    return {**asdict(line), **decimals, "pools": list(line.pools), "ties": list(line.ties)}


_DECIMALS = ("raw", "score", "bonus", "penalty", "total")


def parse_outputs(body: Mapping[str, Any]) -> Result:
    """The JSON of `outputs_text` → Result."""
    return Result(
        lines=tuple(_parse_line(line) for line in body["lines"]),
        quotas=tuple(Quota(**quota) for quota in body["quotas"]),
        budget_won=body["budget_won"],
        left_won=body["left_won"],
    )


def _parse_line(line: Mapping[str, Any]) -> Line:
    decimals = {name: Decimal(line[name]) for name in _DECIMALS}
    codes = {
        "outcome": Outcome(line["outcome"]),
        "ground": Ground(line["ground"]),
        "pools": tuple(line["pools"]),
        "ties": tuple(line["ties"]),
    }
    return Line(**{**line, **decimals, **codes})


# ── A run after an objection ─────────────────────────────────────────────────────────────────────────
def rerun_text(
    *,
    previous: str,
    corrected: Mapping[str, str],
    applicants: list[Applicant],
    standing: list[Line],
    available_won: int,
    free_slots: Mapping[str, int | None],
    quotas: list[Quota],
) -> str:
    """previous: the inputs of the run before, whose policy, budget and other applications stay. corrected: ref → hash of the
    verdict on its objection; applicants: these, with their facts of now. standing, available_won, free_slots, quotas: as in
    `Rerun`."""
    body = json.loads(previous)
    others = [one for one in body["applications"] if one["ref"] not in corrected]
    whole = [*others, *(_applicant(one) for one in applicants)]
    return canonical(
        {
            **body,
            "engine": RERUN_ENGINE,
            "applications": sorted(whole, key=lambda one: (one["receipt_no"], one["ref"])),
            "after": {
                "previous_sha256": digest(previous),
                "corrected": dict(corrected),
                "standing": [_line(line) for line in sorted(standing, key=lambda line: line.ref)],
                "available_won": available_won,
                "free_slots": dict(free_slots),
                "quotas": [asdict(quota) for quota in quotas],
            },
        }
    )


def parse_rerun(body: Mapping[str, Any]) -> Rerun:
    """The JSON of `rerun_text` → Rerun."""
    after = body["after"]
    return Rerun(
        inputs=parse_inputs(body),
        corrected=frozenset(after["corrected"]),
        standing=tuple(_parse_line(line) for line in after["standing"]),
        available_won=after["available_won"],
        free_slots=after["free_slots"],
        quotas=tuple(Quota(**quota) for quota in after["quotas"]),
    )


# engines of signed runs stay here for ever
ENGINES: Mapping[str, Callable[[Mapping[str, Any]], Result]] = {
    ENGINE: lambda body: select(parse_inputs(body)),
    RERUN_ENGINE: lambda body: rerun(parse_rerun(body)),
}
