"""Hard filters: each excludes only on a known contrary fact; what is not known passes with a warning."""

from vouchers.matching.rules import conditions, content, kinds
from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Check, Failure, Verdict, Warning

CHECKS: tuple[Check, ...] = (
    conditions.status,
    conditions.supplier,
    conditions.entry,
    conditions.purpose,
    content.data_kind,
    kinds.modality,
    content.disease_codes,
    content.body_part,
    content.scope,
    content.cohort,
    content.age,
    content.variable,
    content.labels,
    content.follow_up,
    content.period,
    content.patients,
    conditions.access_mode,
    conditions.gpu,
    conditions.seats,
    conditions.export,
    conditions.linkage,
    content.sites,
    conditions.budget,
    conditions.processing,
    conditions.lead_time,
    conditions.certainty,
)


def judge(need: Need, found: Candidate, policy: Policy) -> Verdict:
    """All contrary facts in the order of FILTERS, and all warnings."""
    said = [item for check in CHECKS for item in check(need, found, policy)]
    return Verdict(
        tuple(item for item in said if isinstance(item, Failure)),
        tuple(item for item in said if isinstance(item, Warning)),
    )
