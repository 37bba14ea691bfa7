"""What an application says, what is missing in it, what its money is, and why it is eligible or not."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.journal import queries as journal
from portal.journal.models import Duty, Event
from portal.journal.rules import canonical
from portal.kit import clock
from vouchers.applications import rules
from vouchers.applications.models import (
    Application,
    ApplicationDocument,
    ApplicationMatch,
    ApplicationSection,
    EligibilityCheck,
)
from vouchers.companies import queries as companies
from vouchers.companies.models import Company, SizeCertificate
from vouchers.matching.models import Match, Need, QuoteLine
from vouchers.rounds.models import Round, Track
from vouchers.rounds.rules import MatchTiming, Money, Phase, Policy
from vouchers.rounds.rules import money as money_formula


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────
def mine(user: Any) -> QuerySet[Application]:
    """The applications of the person's companies, newest first, with how many sections are complete."""
    return (
        Application.objects.filter(company__organisation_id__in=accounts.organisation_ids_of(user))
        .select_related("round", "track", "company")
        .annotate(done=Count("sections", filter=Q(sections__state=rules.SectionState.COMPLETE)))
        .order_by("-created_at", "-id")
    )


def live_of(company: Company, round_: Round) -> QuerySet[Application]:
    """The company's applications in this round that did not end."""
    return Application.objects.filter(company=company, round=round_).live()


def tracks_of(round_: Round) -> list[Track]:
    return list(round_.tracks.all())


def open_rounds() -> list[Round]:
    """Rounds that take applications now."""
    return list(Round.objects.open_at(clock.now()).filter(pk__in=Round.objects.counted().values("pk")).order_by("closes_at"))


def is_open(round_: Round) -> bool:
    return round_.phase == Phase.OPEN


# ── What stands behind an application ────────────────────────────────────────────────────────────────
def chosen_matches(application: Application) -> list[Match]:
    """The matches that the application points to, with quote and institution. One query."""
    return list(
        Match.objects.filter(pk__in=application.application_matches.values("match_id"))
        .select_related("quote__request", "institution", "need")
        .order_by("pk")
    )


def selectable_matches(application: Application) -> list[Match]:
    """Matches of the company, not cancelled, for the chosen need (every need while none is chosen)."""
    found = Match.objects.filter(need__company_id=application.company_id).exclude(status="CANCELLED")
    if application.need_id:
        found = found.filter(need_id=application.need_id)
    return list(found.select_related("quote__request", "institution", "need").order_by("-pk")[:50])


def needs_of(application: Application) -> list[Need]:
    """The company's data needs that fit this round, newest first."""
    return list(
        Need.objects.filter(Q(round_id=application.round_id) | Q(round__isnull=True), company_id=application.company_id)
        .exclude(status="CLOSED")
        .order_by("-created_at")[:50]
    )


def certificate_of(company: Company, on: date) -> SizeCertificate | None:
    """The certificate that counts on a day, else the newest one."""
    found: SizeCertificate | None = companies.current_certificate(company, on)
    return found or company.certificates.order_by("-valid_to").first()


def certificate_for(application: Application) -> SizeCertificate | None:
    """The certificate that counts for this application's closing day."""
    deadline = application.deadline_at or application.round.closes_at
    return certificate_of(application.company, clock.to_kst(deadline).date() if deadline else clock.today())


def not_asked(application: Application, key: str) -> frozenset[str]:
    """Questions that do not apply: planned amounts once quotes are chosen, or where the round wants quotes."""
    if key != rules.SectionKey.BUDGET:
        return frozenset()
    if application.round.match_timing == MatchTiming.BEFORE_SUBMISSION or chosen_matches(application):
        return frozenset({"planned_supply_won", "planned_taxable_won"})
    return frozenset()


def size_of(company: Company, round_: Round) -> str:
    """The certificate's size when one is valid on the closing day, else what the company states."""
    day = clock.to_kst(round_.closes_at).date() if round_.closes_at else clock.today()
    certificate = companies.current_certificate(company, day)
    return certificate.size if certificate else company.size


def amounts(application: Application, budget: Mapping[str, Any] | None = None) -> tuple[int, int, int | None]:
    """(supply, taxable part, VAT by the quotes or None) in whole won: of the chosen quotes, else as planned.

    budget: answers of the budget section (default: the stored ones).
    """
    matches = chosen_matches(application)
    if matches:
        quotes = [m.quote_id for m in matches]
        taxable = sum(QuoteLine.objects.filter(quote_id__in=quotes, tax_kind="TAXABLE").values_list("amount_won", flat=True))
        return sum(m.quote.supply_amount_won for m in matches), taxable, sum(m.quote.vat_won for m in matches)
    if application.round.match_timing == MatchTiming.BEFORE_SUBMISSION:
        return 0, 0, None
    answers = _answers(application, rules.SectionKey.BUDGET) if budget is None else budget
    supply = int(answers.get("planned_supply_won") or 0)
    taxable_typed = answers.get("planned_taxable_won")
    taxable = supply if taxable_typed in (None, "") else min(int(taxable_typed), supply)
    return supply, taxable, None


def money(application: Application, policy: Policy | None = None, typed: Mapping[str, Any] | None = None) -> Money | None:
    """The money formula on the amounts of now; typed: budget answers not stored yet.

    None when the round has no rate for the company's size.
    """
    budget = {**_answers(application, rules.SectionKey.BUDGET), **(typed or {})}
    supply, taxable, vat = amounts(application, budget)
    in_kind = int(budget.get("own_in_kind_won") or 0)
    found = money_of(
        supply_won=supply,
        taxable_won=taxable,
        own_in_kind_won=in_kind,
        company_size=size_of(application.company, application.round),
        cap_won=application.track.cap_won,
        policy=policy or application.round.policy(),
    )
    return replace(found, vat_won=vat) if found and vat is not None else found


def money_of(
    *, supply_won: int, taxable_won: int, own_in_kind_won: int, company_size: str, cap_won: int | None, policy: Policy
) -> Money | None:
    """The formula for typed amounts (the live preview). None without a rate for the size."""
    if company_size not in policy.grant_rates:
        return None
    return money_formula(
        supply_won=supply_won,
        taxable_won=min(taxable_won, supply_won),
        company_size=company_size,
        cap_won=cap_won,
        policy=policy,
        own_in_kind_won=own_in_kind_won,
    )


def _answers(application: Application, key: str) -> dict[str, Any]:
    found = next((s for s in application.sections.all() if s.key == key), None)
    return found.answers if found else {}


# ── Progress ─────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class SectionView:
    """One line of the task list. editable: this section may be written in now."""

    key: rules.SectionKey
    section: ApplicationSection
    state: rules.SectionState
    missing: list[rules.Missing]
    editable: bool


@dataclass(frozen=True)
class Progress:
    """sections in order; done and total are numbers of sections."""

    sections: list[SectionView]
    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done == self.total

    def of(self, key: str) -> SectionView:
        return next(s for s in self.sections if s.key == key)


def surroundings(application: Application, policy: Policy) -> rules.Surroundings:
    """What the section checks must know beyond the answers."""
    matches = chosen_matches(application)
    confirmed = [m for m in matches if m.status == "CONFIRMED"]
    sums = money(application, policy)
    return rules.Surroundings(
        has_need=application.need_id is not None,
        match_required=application.round.match_timing == MatchTiming.BEFORE_SUBMISSION,
        confirmed_matches=len(confirmed),
        unconfirmed_matches=len(matches) - len(confirmed),
        supply_won=sums.supply_won if sums else amounts(application)[0],
        own_in_kind_won=sums.own_in_kind_won if sums else 0,
        in_kind_max_rate=policy.in_kind_max_rate,
        rate_known=sums is not None,
        required_documents=policy.required_documents,
        documents=frozenset(documents(application).values_list("kind", flat=True)),
    )


def progress(application: Application) -> Progress:
    """Every section with its state and what is missing; the same number of queries whatever is in it."""
    policy = policy_of(application)
    around = surroundings(application, policy)
    rows = {s.key: s for s in application.sections.all()}
    views = []
    for key in rules.ORDER:
        section = rows[key]
        lacking = rules.missing(key, section.answers, around)
        returned = section.state == rules.SectionState.NEEDS_WORK
        touched = section.updated_by_id is not None or (key == "documents" and bool(around.documents))
        state = rules.section_state(section.answers, lacking, touched, returned)
        views.append(SectionView(key, section, state, lacking, may_write(application, key)))
    return Progress(views, sum(v.state == rules.SectionState.COMPLETE for v in views), len(views))


def policy_of(application: Application) -> Policy:
    """The policy that was frozen for a submitted application, else the round's newest."""
    from vouchers.rounds.rules import parse_policy

    if application.policy_version_id and application.policy_version:
        return parse_policy(application.policy_version.body)
    return application.round.policy()


def may_write(application: Application, key: str) -> bool:
    """A draft while the round is open; a returned section while its supplement is asked for."""
    if application.status == rules.ApplicationStatus.DRAFT:
        return application.round.phase == Phase.OPEN
    return application.status == rules.ApplicationStatus.SUPPLEMENT_REQUESTED and key in application.supplement_sections


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────
def documents(application: Application) -> QuerySet[ApplicationDocument]:
    """The files that count, one a kind."""
    return application.application_documents.filter(current=True).select_related("document").order_by("kind")


def document_of(application: Application, document_ref: str) -> ApplicationDocument | None:
    """A file of this application, also a replaced one."""
    return application.application_documents.filter(document__ref=document_ref).select_related("document").first()


# ── The whole content: preview, evaluators, hash ─────────────────────────────────────────────────────
@dataclass(frozen=True)
class Answer:
    """One question with its answer, ready to show. kind: as in rules.Field."""

    label: Any
    value: Any
    kind: str


@dataclass(frozen=True)
class Content:
    """An application as evaluators read it. Company facts stand apart, so that a page may leave them out."""

    application: Application
    sections: list[tuple[rules.SectionKey, list[Answer]]]
    matches: list[Match]
    documents: list[ApplicationDocument]
    money: Money | None
    formula: str
    need: Need | None


def content(application: Application) -> Content:
    """Everything that was answered, in the order of the form (declarations last)."""
    rows = {s.key: s.answers for s in application.sections.all()}
    sums = stored_money(application)
    return Content(
        application=application,
        sections=[(key, shown(key, rows.get(key, {}))) for key in rules.ORDER if key != rules.SectionKey.DOCUMENTS],
        matches=chosen_matches(application),
        documents=list(documents(application)),
        money=sums,
        formula=rules.formula(sums) if sums and sums.supply_won else "",
        need=application.need,
    )


def stored_money(application: Application) -> Money | None:
    """The amounts as written in the row (frozen after submission), with rate and ceiling for the formula."""
    policy = policy_of(application)
    size = application.company_size or size_of(application.company, application.round)
    if size not in policy.grant_rates:
        return None
    rate, cap = policy.grant_rates[size], application.track.cap_won
    return Money(
        supply_won=application.supply_amount_won,
        vat_won=application.vat_won,
        grant_won=application.grant_won,
        own_cash_won=application.own_cash_won,
        own_in_kind_won=application.own_in_kind_won,
        cap_won=cap,
        rate=rate,
        capped=cap is not None and int(Decimal(application.supply_amount_won) * rate) > cap,
    )


def shown(key: str, answers: Mapping[str, Any]) -> list[Answer]:
    """A section's answers in words; amounts that were not typed are left out."""
    found = []
    for f in rules.FIELDS[rules.SectionKey(key)]:
        value = answers.get(f.name)
        if f.kind == "choice":
            value = dict(f.choices).get(value, value)
        if f.kind == "won" and value in (None, ""):
            continue
        found.append(Answer(f.label, value, f.kind))
    return found


def content_hash(application: Application) -> str:
    """SHA-256 over everything that a representative certifies: answers, matches, files, amounts."""
    body = {
        "application": application.ref,
        "round": application.round.key,
        "track": application.track.key,
        "need": application.need.ref if application.need_id and application.need else None,
        "sections": {s.key: s.answers for s in application.sections.all()},
        "matches": [m.ref for m in chosen_matches(application)],
        "documents": {d.kind: d.document.sha256 for d in documents(application)},
        "amounts": [
            application.supply_amount_won,
            application.vat_won,
            application.grant_won,
            application.own_cash_won,
            application.own_in_kind_won,
        ],
    }
    return hashlib.sha256(canonical(body)).hexdigest()


# ── Certification ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Signer:
    """A representative and whether the present content carries their certification."""

    user: User
    certified_at: Any


def signers(application: Application, hash_now: str) -> list[Signer]:
    """Who must certify: every representative where they represent jointly, else any one of them."""
    certified = dict(application.certifications.filter(content_hash=hash_now).values_list("user_id", "updated_at"))
    people = accounts.representatives_of(application.company.organisation).order_by("pk")
    return [Signer(user, certified.get(user.pk)) for user in people]


# ── Eligibility ──────────────────────────────────────────────────────────────────────────────────────
def facts(application: Application) -> rules.Facts:
    """The facts of this moment for the rules."""
    company, round_ = application.company, application.round
    deadline = application.deadline_at or round_.closes_at
    day = clock.to_kst(deadline).date() if deadline else clock.today()
    certificate = certificate_of(company, day)
    matches = [m for m in chosen_matches(application) if m.status == "CONFIRMED"]
    return rules.Facts(
        brn=company.brn,
        tax_status=company.tax_status,
        company_size=application.company_size or size_of(company, round_),
        certificate_valid_to=certificate.valid_to if certificate else None,
        certificate_size=certificate.size if certificate else None,
        verification=company.verification,
        restricted=companies.restricted(company, clock.today()),
        other_live_applications=live_of(company, round_).exclude(pk=application.pk).count(),
        supply_won=application.supply_amount_won,
        grant_won=application.grant_won,
        own_cash_won=application.own_cash_won,
        own_in_kind_won=application.own_in_kind_won,
        cap_won=application.track.cap_won,
        matches_required=round_.match_timing == MatchTiming.BEFORE_SUBMISSION,
        confirmed_matches=len(matches),
        quotes_valid_until=min((m.quote.valid_until for m in matches), default=None),
        provider_types=[provider_types(m.institution) for m in matches],
        documents=list(documents(application).values_list("kind", flat=True)),
        submitted_at=application.submitted_at,
        deadline=deadline,
    )


def provider_types(institution: Any) -> list[str]:
    """What an institution counts as: its type, and medical-data hospital where it is a voucher supplier."""
    more = ["MEDICAL_DATA_HOSPITAL"] if institution.voucher_supplier else []
    return [*more, institution.institution_type]


@dataclass(frozen=True)
class Why:
    """One rule on the page of reasons. remedy: what would change it, "" when met."""

    check: EligibilityCheck
    title: Any
    facts: list[tuple[Any, Any]]
    remedy: Any


def why(application: Application) -> list[Why]:
    """Every rule with verdict, fact and what would change it, in the order of the rules. One query."""
    order = {rule: i for i, rule in enumerate(rules.Rule)}
    checks = sorted(application.eligibility_checks.select_related("decided_by"), key=lambda c: order.get(rules.Rule(c.rule), 99))
    return [
        Why(
            check,
            rules.Rule(check.rule).label,
            rules.fact_words(check.rule, check.fact),
            "" if check.verdict == rules.Verdict.MET else rules.REMEDIES[rules.Rule(check.rule)],
        )
        for check in checks
    ]


def matches_of(applications: Iterable[Application]) -> dict[int, list[Match]]:
    """Chosen matches by application id, for pages that show several. One query."""
    found: dict[int, list[Match]] = {}
    rows = ApplicationMatch.objects.filter(application__in=list(applications)).select_related(
        "match__institution", "match__quote"
    )
    for row in rows:
        found.setdefault(row.application_id, []).append(row.match)
    return found


# ── Timeline ─────────────────────────────────────────────────────────────────────────────────────────
def history(application: Application) -> list[Event]:
    """What the company reads of the journal, in order."""
    return list(journal.history(application).filter(name__in=rules.TIMELINE_EVENTS))


def ball(application: Application) -> Duty | None:
    """Who has to act now, the earliest due first; a paused duty is nobody's turn."""
    found = journal.open_duties(application).filter(paused_at__isnull=True).order_by("due_at").first()
    return found


def members_of(application: Application) -> frozenset[int]:
    """Ids of the people of the company: their names are shown to it, an official's is not."""
    return frozenset(accounts.users_of(application.company.organisation).values_list("pk", flat=True))
