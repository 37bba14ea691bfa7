"""Who must not meet whom: the facts of evaluators and of the parties behind applications, and the conflicts that stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts import queries as accounts
from portal.accounts.models import Membership, Organisation, User
from portal.accounts.rules import MembershipStatus, Role
from portal.kit import clock
from portal.kit.words import korean
from providers.institutions.models import Institution
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.companies.models import Company, ConflictOfInterest
from vouchers.evaluation.models import Affiliation, Assignment, CaseConflict, PoolMember
from vouchers.evaluation.rules import HANDED_IN, PENDING
from vouchers.evaluation.rules import conflicts as rules
from vouchers.rounds.models import Round

LIVE = ("SUBMITTED", "ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED", "ELIGIBLE", "IN_EVALUATION")  # conflicts follow the facts
_LINE_ROLES = ("data_holder", "contracting_party", "reviewing_board", "payee")


def conflicted(application_id: int, user_id: int) -> bool:
    """Whether a conflict of this person with this application stands."""
    return CaseConflict.objects.standing().filter(application_id=application_id, user_id=user_id).exists()


def words_of(application_id: int, user_id: int) -> tuple[str, str]:
    """Why this person must not meet this application, in Korean and English."""
    rows = CaseConflict.objects.standing().filter(application_id=application_id, user_id=user_id).order_by("pk")
    said = [rules.Found(**one).words() for row in rows for one in row.grounds]
    return "; ".join(ko for ko, _en in said), "; ".join(en for _ko, en in said)


def grounds_of(conflict: CaseConflict) -> list[str]:
    """A conflict's grounds as sentences, in the reader's language."""
    return [rules.Found(**one).words()[0 if korean() else 1] for one in conflict.grounds]


def live_cases(ids: Iterable[int] | None = None) -> QuerySet[Application]:
    """Applications whose conflicts follow the facts: from the submission to the results."""
    found = Application.objects.filter(status__in=LIVE)
    return found if ids is None else found.filter(pk__in=list(ids))


def rounds_concerned(ids: Iterable[int] | None) -> QuerySet[Round]:
    """Rounds of these applications; None: every round in evaluation, and those that have a pool or an assignment already."""
    if ids is not None:
        return Round.objects.filter(pk__in=live_cases(ids).order_by().values("round_id"))
    pool = PoolMember.objects.filter(round=OuterRef("pk"), ended_at__isnull=True)
    asked = Assignment.objects.filter(application__round=OuterRef("pk"), status__in=[*PENDING, *HANDED_IN])
    open_ = Round.objects.filter(status__in=["ANNOUNCED", "EVALUATING"])
    return open_.filter(Q(status="EVALUATING") | Exists(pool) | Exists(asked))


def inferred(
    programme: Round, ids: Iterable[int] | None = None, people_ids: Iterable[int] | None = None, *, decided: bool = False
) -> dict[int, dict[int, list[dict[str, str]]]]:
    """application → person → grounds as JSON, by the facts of now. The same number of queries for one and for all.

    ids, people_ids: these applications and these people alone; None: all live ones, all evaluators. decided: those of the ids that
    are decided too.
    """
    policy, today, people = programme.policy().conflicts, clock.today(), evaluators(people_ids)
    rows = Application.objects.filter(pk__in=list(ids or ())) if decided else live_cases(ids)
    cases = parties(rows.filter(round_id=programme.pk))
    found: dict[int, dict[int, list[dict[str, str]]]] = {case: {} for case in cases}
    for case, person in rules.meeting(people, cases, policy):
        grounds = rules.infer(people[person], cases[case], policy, today)
        if grounds:
            found[case][person] = [asdict(one) for one in grounds]
    return found


def standing(ids: Iterable[int]) -> dict[int, dict[int, CaseConflict]]:
    """application → person → the inferred conflict that stands."""
    held: dict[int, dict[int, CaseConflict]] = defaultdict(dict)
    for row in CaseConflict.objects.standing().filter(application_id__in=list(ids), source=rules.ConflictSource.INFERRED):
        held[row.application_id][row.user_id] = row
    return held


def still_assigned() -> QuerySet[Assignment]:
    """Assignments that go on although a conflict stands, as long as the application is not decided."""
    met = CaseConflict.objects.standing().filter(application=OuterRef("application"), user=OuterRef("evaluator"))
    live = Assignment.objects.filter(status__in=[*PENDING, *HANDED_IN], application__status__in=LIVE)
    return live.filter(Exists(met))


# ── Facts of people ──────────────────────────────────────────────────────────────────────────────────
def evaluators(ids: Iterable[int] | None = None) -> dict[int, rules.Evaluator]:
    """Everybody who may be asked to evaluate, and whoever declared a conflict, with what binds them. Seven queries."""
    declared: dict[int, set[int]] = defaultdict(set)
    for user_id, organisation_id in ConflictOfInterest.objects.filter(ended_on__isnull=True).values_list("user", "organisation"):
        declared[user_id].add(organisation_id)
    people = User.objects.filter(Q(pk__in=accounts.holders_of(Role.EVALUATOR).values("pk")) | Q(pk__in=list(declared)))
    emails = dict((people if ids is None else people.filter(pk__in=list(ids))).values_list("pk", "email"))
    ties = _ties(list(emails))
    return {pk: rules.Evaluator(email, tuple(ties.get(pk, ())), frozenset(declared.get(pk, ()))) for pk, email in emails.items()}


def _ties(ids: list[int]) -> dict[int, list[rules.Tie]]:
    """What these people entered, and where they are or were members."""
    found: dict[int, list[rules.Tie]] = defaultdict(list)
    consortium = _consortia()
    for row in Affiliation.objects.filter(user_id__in=ids).select_related("organisation").order_by("pk"):
        names = (row.name, *row.aliases, *_names(row.organisation))
        found[row.user_id].append(
            rules.Tie(row.kind, row.organisation_id, names, row.ends_on, consortium.of(row.organisation_id, names))
        )
    lasting = (MembershipStatus.ACTIVE, MembershipStatus.ENDED)
    for member in Membership.objects.filter(user_id__in=ids, status__in=lasting).select_related("organisation"):
        until: date | None = None
        if member.status == MembershipStatus.ENDED:
            until = clock.to_kst(member.updated_at).date()
        found[member.user_id or 0].append(_works_at(member.organisation, until, consortium))
    for grant in accounts.active_grants().filter(user_id__in=ids, organisation__isnull=False).select_related("organisation"):
        assert grant.organisation is not None
        found[grant.user_id].append(_works_at(grant.organisation, None, consortium))
    return found


def _works_at(organisation: Organisation, until: date | None, consortium: "_Consortia") -> rules.Tie:
    names = _names(organisation)
    return rules.Tie(
        rules.AffiliationKind.EMPLOYMENT, organisation.pk, names, until, consortium.of(organisation.pk, names)
    )  # fmt: skip


def _names(organisation: Organisation | None) -> tuple[str, ...]:
    return tuple(name for name in (organisation.name_ko, organisation.name_en) if name) if organisation else ()


class _Consortia:
    """To which consortium an organisation belongs, by its id or by one of its names."""

    def __init__(self, rows: Iterable[tuple[int | None, str, str, list[str], str]]) -> None:
        self._by_id: dict[int, str] = {}
        self._by_name: dict[str, str] = {}
        for organisation_id, name_ko, name_en, aliases, code in rows:
            if organisation_id is not None:
                self._by_id[organisation_id] = code
            self._by_name |= {rules.normalise(name): code for name in (name_ko, name_en, *aliases) if name}

    def of(self, organisation_id: int | None, names: Sequence[str]) -> str:
        if organisation_id in self._by_id:
            return self._by_id[organisation_id]
        return next((self._by_name[one] for one in map(rules.normalise, names) if one in self._by_name), "")


def _consortia() -> _Consortia:
    rows = Institution.objects.exclude(consortium="")
    return _Consortia(rows.values_list("organisation_id", "name_ko", "name_en", "aliases", "consortium"))


# ── Facts of applications ────────────────────────────────────────────────────────────────────────────
def parties(applications: QuerySet[Application]) -> dict[int, tuple[rules.Party, ...]]:
    """application → its company, companies of the same corporate number, and every institution of its matches."""
    owners = dict(applications.values_list("pk", "company_id"))
    firms, sisters = _firms(set(owners.values()))
    places: dict[int, set[int]] = defaultdict(set)
    behind = ApplicationMatch.objects.filter(application_id__in=list(owners))
    roles = (f"match__quote__lines__{role}_id" for role in _LINE_ROLES)
    for case, *ids in behind.values_list("application_id", "match__institution_id", *roles):
        places[case] |= set(ids) - {None}
    institutions = {row.pk: row for row in Institution.objects.filter(pk__in=set().union(*places.values(), set()))}
    named = [row.organisation_id for row in institutions.values()] + [row.organisation_id for row in firms.values()]
    domains = _domains(named)
    return {
        case: (
            _firm(firms[company], rules.PartyRole.COMPANY, domains),
            *(_firm(firms[pk], rules.PartyRole.CO_APPLICANT, domains) for pk in sorted(sisters.get(company, ()))),
            *(_institution(institutions[pk], domains) for pk in sorted(places[case])),
        )
        for case, company in owners.items()
    }


def _firms(ids: set[int]) -> tuple[dict[int, Company], dict[int, set[int]]]:
    """These companies and those that share a corporate number with one of them; company → the others."""
    numbers = Company.objects.filter(pk__in=ids).exclude(corporate_no="").values("corporate_no")
    rows = Company.objects.filter(Q(pk__in=ids) | Q(corporate_no__in=numbers)).select_related("organisation")
    firms = {row.pk: row for row in rows}
    same: dict[str, set[int]] = defaultdict(set)
    for row in firms.values():
        if row.corporate_no:
            same[row.corporate_no].add(row.pk)
    return firms, {pk: same[row.corporate_no] - {pk} for pk, row in firms.items() if row.corporate_no}


def _firm(row: Company, role: str, domains: Mapping[int, frozenset[str]]) -> rules.Party:
    known = domains.get(row.organisation_id, frozenset())
    served = {row.service_email.rpartition("@")[2].lower()} - {""}
    names = _names(row.organisation)
    return rules.Party(role, row.name_ko, row.name_en or row.name_ko, row.organisation_id, names, known | served)


def _institution(row: Institution, domains: Mapping[int, frozenset[str]]) -> rules.Party:
    known = domains.get(row.organisation_id or 0, frozenset())
    return rules.Party(
        rules.PartyRole.PROVIDER, row.name_ko, row.name_en, row.organisation_id, tuple(row.aliases), known, row.consortium
    )  # fmt: skip


def _domains(organisations: Iterable[int | None]) -> dict[int, frozenset[str]]:
    """organisation → mail domains of its members' accounts."""
    found: dict[int, set[str]] = defaultdict(set)
    members = Membership.objects.filter(organisation_id__in={pk for pk in organisations if pk}, status=MembershipStatus.ACTIVE)
    for organisation_id, email in members.values_list("organisation_id", "user__email"):
        found[organisation_id].add((email or "").rpartition("@")[2].lower())
    return {pk: frozenset(names - {""}) for pk, names in found.items()}


def concerned(user: Any) -> QuerySet[CaseConflict]:
    """What officers see of the conflicts of one person."""
    return CaseConflict.objects.standing().filter(user_id=user.pk).select_related("application__company", "application__round")
