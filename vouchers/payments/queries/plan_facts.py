"""What the plans of projects are made of, gathered for many agreements at once, and what remains of a single step."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.kit import clock
from providers.institutions.models import Institution
from vouchers.access.models import AccessRequest, SiteParticipation
from vouchers.agreements.models import Agreement, AgreementLine
from vouchers.milestones import rules
from vouchers.milestones.models import Milestone
from vouchers.payments.models import Disbursement
from vouchers.rounds.rules import Policy

T = rules.StepState


@dataclass(frozen=True)
class Fact:
    """One step as it stands. owner: an institution, "COMPANY", "OPERATOR" or "PARTIES"; about: the milestone or the institution
    that it belongs to; payee: the provider whose step it is, None: of all. due_on: what was agreed; usual_days: what it takes
    here as a rule, measured."""

    step: rules.Step
    state: str
    owner: Any
    about: Any = None
    payee: int | None = None
    begun_on: date | None = None
    done_on: date | None = None
    due_on: date | None = None
    usual_days: int | None = None
    url: str = ""


@dataclass
class Gathered:
    """What the steps of one agreement are made of."""

    agreement: Agreement
    policy: Policy
    today: date
    milestones: list[Milestone] = field(default_factory=list)
    matches: dict[int, dict[int, Institution]] = field(default_factory=dict)  # payee → its matches, each with its data holder
    requests: dict[int, AccessRequest] = field(default_factory=dict)  # by match
    sites: dict[int, SiteParticipation] = field(default_factory=dict)  # by request
    payments: dict[int, Disbursement] = field(default_factory=dict)  # by milestone


def gathered(agreements: Iterable[Agreement]) -> list[Gathered]:
    """Six queries and one for each round, however many agreements."""
    policies: dict[int, Policy] = {}
    found: dict[int, Gathered] = {}
    for row in agreements:
        if row.round_id not in policies:
            policies[row.round_id] = row.round.policy()
        found[row.pk] = Gathered(row, policies[row.round_id], clock.today())
    _add_milestones(found)
    lines = AgreementLine.objects.filter(agreement_id__in=found, amount_won__gt=0).select_related("data_holder")
    holders: dict[int, list[Gathered]] = defaultdict(list)
    for line in lines.order_by("position"):
        one = found[line.agreement_id]
        one.matches.setdefault(line.payee_id, {}).setdefault(line.match_id, line.data_holder)
        holders[line.match_id].append(one)
    requests = AccessRequest.objects.filter(match_id__in=holders).exclude(status__in=["WITHDRAWN", "REFUSED"])
    for request in requests.select_related("institution", "board", "ethics", "data_review").order_by("pk"):
        for one in holders[request.match_id]:
            one.requests[request.match_id] = request
    _add_sites(found)
    return list(found.values())


def _add_milestones(found: Mapping[int, Gathered]) -> None:
    shown = Milestone.objects.filter(agreement_id__in=found).exclude(status__in=["DROPPED", "REJECTED"])
    for row in shown.select_related("institution").order_by("due_on", "number"):
        found[row.agreement_id].milestones.append(row)
    paid = Disbursement.objects.filter(milestone__agreement_id__in=found).select_related("milestone")
    for payment in paid:
        found[payment.milestone.agreement_id].payments[payment.milestone_id] = payment


def _add_sites(found: Mapping[int, Gathered]) -> None:
    asked = [request.pk for one in found.values() for request in one.requests.values()]
    sites = {row.request_id: row for row in SiteParticipation.objects.filter(request_id__in=asked).select_related("joint__lead")}
    for one in found.values():
        one.sites = {r.pk: sites[r.pk] for r in one.requests.values() if r.pk in sites}


def day_of(moment: datetime | None) -> date | None:
    return clock.to_kst(moment).date() if moment is not None else None


def fact(
    at: Gathered, key: str, kind: str, target: str, after: tuple[str, ...], *, done: date | None = None, begun: date | None = None,
    is_done: bool = False, stood: int = 0, paused: bool = False, limit: str = "", not_before: date | None = None, **more: Any,
) -> Fact:  # fmt: skip
    """One step with what remains of its target. target: a step of the round's policy."""
    over = is_done or done is not None
    days = 0 if over else rules.remaining(at.policy.days(target), begun, at.today, stood)
    state = T.DONE if over else T.PAUSED if paused else T.RUNNING if begun else T.AHEAD
    step = rules.Step(key, kind, days, after, not_before=not_before, limit=limit)
    return Fact(step, state, begun_on=begun, done_on=done, **more)
