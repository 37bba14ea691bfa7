"""The facts for the eligibility rules, and the reasons that people read."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.journal.models import Duty
from portal.kit import clock
from vouchers.applications import rules
from vouchers.applications.models import (
    Application,
    ApplicationMatch,
    EligibilityCheck,
)
from vouchers.applications.queries.behind import (
    certificate_of,
    chosen_matches,
    other_live,
    policy_of,
    region_words,
    restrictions,
    size_of,
)
from vouchers.applications.queries.filed import (
    current_documents,
)
from vouchers.applications.queries.late import closes_at
from vouchers.companies import queries as companies
from vouchers.companies.rules import PERSON_AFTER_ATTEMPTS
from vouchers.rounds.rules import MatchTiming


def facts(application: Application, *, whole: bool = True) -> rules.Facts:
    """The facts of this moment for the rules. whole: False leaves out what no rule needs that stops a submission."""
    company, round_ = application.company, application.round
    deadline = closes_at(application)
    day = clock.to_kst(deadline).date() if deadline else clock.today()
    certificate = certificate_of(company, day)
    matches = [m for m in chosen_matches(application) if m.status == "CONFIRMED"]
    restricted, person_restricted = restrictions(company, clock.today())
    return rules.Facts(
        brn=company.brn,
        tax_status=company.tax_status,
        company_size=application.company_size or size_of(company, round_),
        certificate_valid_to=certificate.valid_to if certificate else None,
        certificate_size=certificate.size if certificate else None,
        verification=company.verification,
        restricted=restricted,
        person_restricted=person_restricted,
        other_live_applications=other_live(application),
        supply_won=application.supply_amount_won,
        grant_won=application.grant_won,
        own_cash_won=application.own_cash_won,
        own_in_kind_won=application.own_in_kind_won,
        cap_won=application.track.cap_won,
        matches_required=round_.timing == MatchTiming.BEFORE_SUBMISSION,
        confirmed_matches=len(matches),
        quotes_valid_until=min((m.quote.valid_until for m in matches), default=None),
        provider_types=[provider_types(m.institution) for m in matches],
        documents=[row.kind for row in current_documents(application)],
        submitted_at=application.submitted_at,
        deadline=deadline,
        region=application.region or company.region,
        region_words=_region_words(application.region or company.region)
        if whole or policy_of(application).eligible_regions
        else ("", ""),
        supported=supported_beside(application) if whole else (),
        declares_alone=declares_alone(application) if whole else True,
        tax_unanswered=company.check_attempts >= PERSON_AFTER_ATTEMPTS,
    )


def supported_beside(application: Application) -> list[rules.Supported]:
    """Selected applications of the same company, by its business or its corporate number, whose projects run at the same time.
    One query."""
    company, mine = application.company, application.round
    numbers = Q(company__brn=company.brn)
    if company.corporate_no:
        numbers |= Q(company__corporate_no=company.corporate_no)
    rows = Application.objects.filter(numbers, status=rules.ApplicationStatus.SELECTED).exclude(pk=application.pk)
    period = (mine.project_start_on, mine.project_end_on)
    return [
        rules.Supported(
            row.receipt_no or row.ref, row.round.project_end_on, bool(row.need_id) and row.need_id == application.need_id
        )
        for row in rows.select_related("round").order_by("pk")
        if rules.overlap(period, (row.round.project_start_on, row.round.project_end_on))
    ]


def compared_with(check: EligibilityCheck) -> list[Application]:
    """Applications that a rule names by their receipt numbers, as the officer who judges must read them too. At most one query."""
    numbers = check.fact.get("supported") or []
    return list(Application.objects.filter(receipt_no__in=numbers).order_by("pk")) if numbers else []


def declares_alone(application: Application) -> bool:
    """Whether the company declared that nobody else supports the same content."""
    answers: dict[str, Any] = next((s.answers for s in application.sections.all() if s.key == rules.SectionKey.DECLARATIONS), {})
    return bool(answers.get(rules.declaration_field("NO_DUPLICATE")))


def _region_words(code: str) -> tuple[str, str]:
    """The name of a region in Korean and English."""
    found = []
    for language in ("ko", "en"):
        with override(language):
            found.append(region_words(code) if code else "")
    return found[0], found[1]


def not_yet_eligible(application: Application) -> str:
    """Why it cannot be found eligible while in the check: the rules that stand against it. Empty: nothing does."""
    if application.status != rules.ApplicationStatus.ELIGIBILITY_CHECK:
        return ""
    open_rules = rules.undecided({check.rule: check.verdict for check in application.eligibility_checks.all()})
    names = ", ".join(str(rules.Rule(rule).label) for rule in open_rules)
    return _("Not every rule is met: %(rules)s. Judge them first.") % {"rules": names} if names else ""


def not_yet_ineligible(application: Application) -> str:
    """Why it cannot be found ineligible while in the check: no rule is judged so. Empty: one is."""
    verdicts = {check.verdict for check in application.eligibility_checks.all()}
    if application.status != rules.ApplicationStatus.ELIGIBILITY_CHECK or rules.Verdict.NOT_MET in verdicts:
        return ""
    return _("No rule is judged “not met”. Judge the rule that stands against it first.")


def provider_types(institution: Any) -> list[str]:
    """What an institution counts as: its type, and medical-data hospital where it is a voucher supplier."""
    more = ["MEDICAL_DATA_HOSPITAL"] if institution.voucher_supplier else []
    return [*more, institution.institution_type]


def supplement_due(application: Application) -> datetime | None:
    """Until when the company may answer before the officer may decide on what is there; None without an open request."""
    duty = Duty.objects.filter(subject_ref=application.ref, verb="supply_supplement", closed_at__isnull=True).first()
    return duty.due_at if duty is not None else None


def supplement_missed(application: Application) -> bool:
    """The supplement was asked for and its due day has passed."""
    if application.status != rules.ApplicationStatus.SUPPLEMENT_REQUESTED:
        return False
    due_at = supplement_due(application)
    return due_at is None or due_at <= clock.now()


def supplements_missed(now: datetime) -> list[str]:
    """Refs of applications whose supplement is late and about which the officers do not know yet. One query."""
    late = Duty.objects.filter(subject_type="application", verb="supply_supplement", closed_at__isnull=True, due_at__lte=now)
    known = Duty.objects.filter(subject_type="application", verb="resume_check", closed_at__isnull=True)
    return list(late.exclude(subject_ref__in=known.values("subject_ref")).values_list("subject_ref", flat=True))


@dataclass(frozen=True)
class Why:
    """One rule on the page of reasons. remedy: what would change it, "" when met."""

    check: EligibilityCheck
    title: Any
    facts: list[tuple[Any, Any]]
    remedy: Any


def forecast(application: Application) -> list[EligibilityCheck]:
    """What the rules would say of a draft if it were submitted now, or of one whose check has not begun. Nothing is stored."""
    found = facts(application)
    if found.submitted_at is None:
        found = replace(found, submitted_at=clock.now(), handed_in=False)
    return [
        EligibilityCheck(
            application=application, rule=one.rule, rule_version=rules.RULE_VERSION, verdict=one.verdict, reason_ko=one.reason_ko,
            reason_en=one.reason_en, fact=dict(one.fact),
        )
        for one in rules.eligibility(found, policy_of(application))
    ]  # fmt: skip


def why(application: Application) -> list[Why]:
    """Every rule with verdict, fact and what would change it, in the order of the rules; a forecast before the check begins."""
    order = {rule: i for i, rule in enumerate(rules.Rule)}
    stored = list(application.eligibility_checks.select_related("decided_by"))
    if not stored and application.status in {rules.ApplicationStatus.DRAFT, rules.ApplicationStatus.SUBMITTED}:
        stored = forecast(application)
    checks = sorted(stored, key=lambda c: order.get(rules.Rule(c.rule), 99))
    return [
        Why(
            check,
            rules.Rule(check.rule).label,
            rules.fact_words(check.rule, check.fact),
            "" if check.verdict == rules.Verdict.MET else rules.REMEDIES[rules.Rule(check.rule)],
        )
        for check in checks
    ]


def conflicted(user: Any, application: Application) -> bool:
    """Whether a recorded conflict of this person with the company of an application or with one of its providers stands."""
    held = companies.conflicts_of(user)
    if application.company.organisation_id in held:
        return True
    behind = ApplicationMatch.objects.filter(application=application, match__institution__organisation_id__in=held)
    return bool(held) and behind.exists()
