"""The pool of a round, and the names that its members go through before any assignment."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation, User
from portal.accounts.rules import Role
from portal.kit import clock
from portal.kit.words import korean
from providers.institutions.models import Institution
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.evaluation.models import Affiliation, Assignment, CaseConflict, PoolMember
from vouchers.evaluation.queries.conflicts import inferred, live_cases
from vouchers.evaluation.rules import RELEASED
from vouchers.evaluation.rules.conflicts import normalise
from vouchers.rounds.models import Round


def pool_of(programme: Round) -> QuerySet[PoolMember]:
    """Who may be assigned in a round; a round without a pool asks whoever holds the evaluator's role."""
    return PoolMember.objects.filter(round=programme, ended_at__isnull=True).select_related("user").order_by("user__name", "pk")


def taken_up_later() -> Q:
    """Rounds whose results are released and in which an application is evaluated (again) after an objection."""
    late = Application.objects.filter(round=OuterRef("pk"), status__in=["ELIGIBLE", "IN_EVALUATION"])
    return Q(status__in=RELEASED) & Q(Exists(late))


def growing() -> QuerySet[Round]:
    """Rounds whose pool takes members, the newest first: until the results, and again while something is evaluated after an
    objection, since whoever evaluated it before must not do so twice."""
    return Round.objects.filter(Q(status__in=["ANNOUNCED", "EVALUATING"]) | taken_up_later()).order_by("-pk")


def askable(programme: Round) -> QuerySet[User]:
    """Who may be asked to evaluate in this round: its pool, where it has one."""
    holders, pool = accounts.holders_of(Role.EVALUATOR).order_by("name", "email"), pool_of(programme)
    return holders.filter(pk__in=pool.values("user")) if pool.exists() else holders


def left_for(application: Application) -> list[User]:
    """Of these, who could still be asked about one application: without a conflict, and who did not have it before. Seven queries
    and those of the facts."""
    met = CaseConflict.objects.standing().filter(application=application).values("user")
    had = Assignment.objects.filter(application=application).exclude(status__in=["DECLINED", "WITHDRAWN"]).values("evaluator")
    found = list(askable(application.round).exclude(pk__in=met).exclude(pk__in=had))
    meeting = inferred(application.round, [application.pk], [one.pk for one in found], decided=True).get(application.pk, {})
    return [one for one in found if not meeting.get(one.pk)]


def memberships_of(user: Any) -> QuerySet[PoolMember]:
    """The pools in which a person is, the newest first."""
    return PoolMember.objects.filter(user_id=user.pk, ended_at__isnull=True).select_related("round").order_by("-pk")


def affiliations_of(user: Any) -> QuerySet[Affiliation]:
    """What a person entered or an officer for them, those that last first."""
    return Affiliation.objects.filter(user_id=user.pk).order_by("ends_on", "-starts_on", "pk")


def organisation_named(names: Iterable[str]) -> Organisation | None:
    """The one organisation of the portal that bears one of these names, however it is written; None when several do."""
    wanted = {normalise(name) for name in names} - {""}
    rows = Organisation.objects.only("pk", "name_ko", "name_en").order_by("pk")
    found = [row for row in rows.iterator() if {normalise(row.name_ko), normalise(row.name_en)} & wanted]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Name:
    """A company or a provider of the round, and nothing else about it. key: what the form sends."""

    key: str
    name_ko: str
    name_en: str
    organisation: Organisation | None

    @property
    def shown(self) -> str:
        return self.name_ko if korean() else self.name_en or self.name_ko


def names_ready(programme: Round) -> bool:
    """The call has closed, so the list is whole."""
    return programme.closes_at is not None and programme.closes_at <= clock.now()


def names_for(member: PoolMember) -> list[Name]:
    """The companies and providers of the round in the order of their letters (가나다), without any case data.

    Empty until the call has closed: who applies is told to nobody before. Cases with which a conflict of this person stands
    already are left out, with every name that only they bring.
    """
    if not names_ready(member.round):
        return []
    met = CaseConflict.objects.standing().filter(application=OuterRef("pk"), user_id=member.user_id)
    cases = live_cases().filter(~Exists(met), round_id=member.round_id)
    firms = cases.select_related("company__organisation").order_by("company_id").distinct("company_id")
    found = {}
    for case in firms:
        firm = case.company
        found[firm.organisation.ref] = Name(firm.organisation.ref, firm.name_ko, firm.name_en, firm.organisation)
    behind = ApplicationMatch.objects.filter(application__in=cases)
    for role in ("match__institution", *(f"match__quote__lines__{one}" for one in _LINE_ROLES)):
        for place in Institution.objects.filter(pk__in=behind.values(role)).select_related("organisation"):
            key = place.organisation.ref if place.organisation else place.ref
            found[key] = Name(key, place.name_ko, place.name_en, place.organisation)
    return sorted(found.values(), key=lambda one: (normalise(one.shown), one.key))


_LINE_ROLES = ("data_holder", "contracting_party", "reviewing_board", "payee")
