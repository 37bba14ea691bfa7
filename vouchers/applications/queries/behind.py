"""What stands behind an application: lists, matches, certificates, policy, files, and the money formula on them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation, User
from portal.accounts.rules import COMPANY_ROLES
from portal.documents.models import Document
from portal.journal import queries as journal
from portal.kit import clock
from providers.catalogue import queries as catalogue
from vouchers.applications import rules
from vouchers.applications.models import (
    Application,
    ApplicationMatch,
    ApplicationSection,
    Certification,
    LateEntry,
)
from vouchers.applications.queries.late import closes_at
from vouchers.applications.queries.once import once
from vouchers.companies import queries as companies
from vouchers.companies.models import Company, SizeCertificate
from vouchers.matching.models import Match, Need, QuoteLine
from vouchers.matching.rules.stages import MATCH_OVER
from vouchers.rounds.models import PolicyVersion, Round, Track
from vouchers.rounds.rules import MatchTiming, Money, Phase, Policy, parse_policy
from vouchers.rounds.rules import money as money_formula


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────
def mine(user: Any) -> QuerySet[Application]:
    """The applications of the person's companies as a list shows them, newest first: `done`, how many sections are complete;
    `late_until`, the end of the late entry under which a draft may still be handed in."""
    complete = (
        ApplicationSection.objects.filter(application=OuterRef("pk"), state=rules.SectionState.COMPLETE)
        .order_by()
        .values("application")
    )
    late = LateEntry.objects.open_at(clock.now()).filter(
        round=OuterRef("round"), company=OuterRef("company"), track=OuterRef("track")
    )
    return (
        Application.objects.filter(company__organisation_id__in=accounts.organisation_ids_of(user))
        .select_related("round", "track")
        .only(
            "ref",
            "status",
            "title",
            "receipt_no",
            "submitted_at",
            "grant_won",
            "round__title_ko",
            "round__title_en",
            "round__status",
            "round__opens_at",
            "round__closes_at",
            "track__name_ko",
            "track__name_en",
        )
        .annotate(
            done=Coalesce(Subquery(complete.annotate(n=Count("pk")).values("n")), 0),
            late_until=Subquery(late.order_by("-until").values("until")[:1]),
        )
        .order_by("-created_at", "-id")
    )


def live_of(company: Company, round_: Round) -> QuerySet[Application]:
    """The company's applications in this round that did not end."""
    return Application.objects.filter(company=company, round=round_).live()


def blocking_live(company: Company, round_: Round) -> list[Application]:
    """The live applications that leave no room for another one in this round; empty while one more may be started."""
    found = list(live_of(company, round_))
    return found if found and len(found) >= round_.policy().applications_per_company else []


def tracks_of(round_: Round) -> list[Track]:
    return list(round_.tracks.all())


def startable_rounds(user: Any) -> list[Round]:
    """Open rounds in which the person's company may still start an application, by key and end. One query."""
    mine = accounts.organisation_ids_of(user, *COMPANY_ROLES)
    live = Application.objects.filter(round=OuterRef("pk"), company__organisation_id__in=mine).live().order_by().values("round")
    policy = PolicyVersion.objects.filter(round=OuterRef("pk")).order_by("-number")
    found = (
        Round.objects.counted()
        .open_at(clock.now())
        .annotate(live=Coalesce(Subquery(live.annotate(n=Count("pk")).values("n")), 0), policy_body=policy.values("body")[:1])
        .only("key", "closes_at")
        .order_by("closes_at")
    )
    return [r for r in found if not r.live or r.live < _allowed(r.policy_body)]


def _allowed(policy_body: dict[str, Any] | None) -> int:
    return parse_policy(policy_body).applications_per_company if policy_body else 0


def is_open(round_: Round) -> bool:
    return round_.phase == Phase.OPEN


# ── What stands behind an application ────────────────────────────────────────────────────────────────
@once
def chosen_matches(application: Application) -> list[Match]:
    """The matches that the application points to, with quote and institution. One query."""
    return list(
        Match.objects.filter(pk__in=application.application_matches.values("match_id"))
        .select_related("quote__request", "institution", "need")
        .order_by("pk")
    )


def selectable_matches(application: Application) -> list[Match]:
    """Matches of the company that are not over, for the chosen need (every need while none is chosen)."""
    found = Match.objects.filter(need__company_id=application.company_id).exclude(status__in=MATCH_OVER)
    if application.need_id:
        found = found.filter(need_id=application.need_id)
    return list(found.select_related("quote__request", "institution", "need").order_by("-pk")[:50])


def free_matches(application: Application) -> QuerySet[Match]:
    """Confirmed matches that this application may still take: of its need, or of any that fits its round; in no other live one."""
    needs = Need.objects.filter(Q(round_id=application.round_id) | Q(round__isnull=True)).exclude(status="CLOSED")
    taken = ApplicationMatch.objects.exclude(application=application).exclude(application__status__in=rules.ENDED)
    found = Match.objects.confirmed().filter(need__company_id=application.company_id).exclude(pk__in=taken.values("match_id"))
    found = found.exclude(pk__in=kept_matches(application))
    found = found.filter(need_id=application.need_id) if application.need_id else found.filter(need__in=needs)
    return found.select_related("need").order_by("pk")


def taken_elsewhere(application: Application) -> set[int]:
    """Matches of the company that another application of it stands on, or gets back. Two queries."""
    rows = ApplicationMatch.objects.filter(application__company_id=application.company_id).exclude(application=application)
    return {*rows.exclude(application__status__in=rules.ENDED).values_list("match_id", flat=True), *kept_matches(application)}


def kept_matches(application: Application) -> set[int]:
    """Matches that another application of the company handed in and gets back should its supplement never come."""
    others = Application.objects.filter(company_id=application.company_id, status="SUPPLEMENT_REQUESTED").exclude(
        pk=application.pk
    )
    return {pk for kept in others.values_list("handed_in__matches", flat=True) for pk in kept or ()}


def dropped_a_match(application: Application) -> bool:
    """Did somebody of the company ever take a match out?"""
    return journal.history(application).filter(name="application.match_dropped").exists()


def drafts_to_forget(before: datetime) -> QuerySet[Application]:
    """Never handed in, withdrawn ones too, of calls that closed before that moment; not emptied yet."""
    never = Application.objects.filter(submitted_at__isnull=True, forgotten_at__isnull=True)
    return never.filter(round__closes_at__lt=before).order_by("id")


def waiting_for_a_match(now: datetime) -> list[int]:
    """Ids of drafts of open rounds without a match, whose company has a confirmed one."""
    of_need = Match.objects.confirmed().filter(need_id=OuterRef("need_id"))
    of_company = Match.objects.confirmed().filter(need__company_id=OuterRef("company_id"))
    drafts = Application.objects.filter(status="DRAFT", round__in=Round.objects.open_at(now), application_matches__isnull=True)
    found = drafts.filter(Exists(of_need) | Q(need__isnull=True) & Exists(of_company))
    return list(found.order_by("pk").values_list("pk", flat=True))


def needs_of(application: Application) -> list[Need]:
    """The company's data needs that fit this round, newest first."""
    return list(
        Need.objects.filter(Q(round_id=application.round_id) | Q(round__isnull=True), company_id=application.company_id)
        .exclude(status="CLOSED")
        .order_by("-created_at")[:50]
    )


@once
def current_certificate(company: Company, on: date) -> SizeCertificate | None:
    """The certificate that counts on a day."""
    return companies.current_certificate(company, on)


@once
def representatives(organisation: Organisation) -> list[User]:
    """Who may certify for a company, by key."""
    return list(accounts.representatives_of(organisation).order_by("pk"))


@once
def restrictions(company: Company, on: date) -> tuple[bool, bool]:
    """(the company is restricted on that day, a representative bears the name of somebody who is)."""
    return companies.restricted_on(company, representatives(company.organisation), on)


@once
def other_live(application: Application) -> int:
    """How many other applications of the company in this round did not end."""
    return live_of(application.company, application.round).exclude(pk=application.pk).count()


@once
def certification_of(application: Application, user: User) -> Certification | None:
    """What this person certified before, of whatever content."""
    return application.certifications.filter(user=user).first()


def certificate_of(company: Company, on: date) -> SizeCertificate | None:
    """The certificate that counts on a day, else the newest one."""
    found: SizeCertificate | None = current_certificate(company, on)
    return found or company.certificates.order_by("-valid_to").first()


def certificate_for(application: Application) -> SizeCertificate | None:
    """The certificate that counts for this application's closing day."""
    return certificate_of(application.company, closing_day(application))


def company_papers(application: Application) -> dict[str, Document]:
    """Kind → the company's own file that can count here without being uploaded again; what counts already is left out."""
    papers = companies.papers_of(application.company, closing_day(application))
    counting = set(application.application_documents.filter(current=True).values_list("document_id", flat=True))
    return {kind: one for kind, one in papers.items() if one.pk not in counting}


def held_papers(application: Application) -> dict[str, tuple[Document, Any]]:
    """Kind → the company's own file that cannot be taken now, and why, as a sentence."""
    return companies.held_papers_of(application.company, closing_day(application))


def closing_day(application: Application) -> date:
    """The day, in Korea, on which an application's papers must hold."""
    deadline = closes_at(application)
    return clock.to_kst(deadline).date() if deadline else clock.today()


def region_words(code: str) -> str:
    """The name of a region in the reader's language."""
    return catalogue.words("region").get("region", {}).get(code, code)


def not_asked(application: Application, key: str) -> frozenset[str]:
    """Questions that do not apply: planned amounts once quotes are chosen, or where the round wants quotes."""
    if key != rules.SectionKey.BUDGET:
        return frozenset()
    if application.round.timing == MatchTiming.BEFORE_SUBMISSION or chosen_matches(application):
        return frozenset({"planned_supply_won", "planned_taxable_won"})
    return frozenset()


def size_of(company: Company, round_: Round) -> str:
    """The certificate's size when one is valid on the closing day, else what the company states."""
    day = clock.to_kst(round_.closes_at).date() if round_.closes_at else clock.today()
    certificate = current_certificate(company, day)
    return certificate.size if certificate else company.size


def amounts(application: Application, budget: Mapping[str, Any] | None = None) -> tuple[int, int, int | None]:
    """(supply, taxable part, VAT by the quotes or None) in whole won: of the chosen quotes, else as planned.

    budget: answers of the budget section (default: the stored ones).
    """
    matches = chosen_matches(application)
    if matches:
        taxed = taxable(tuple(m.quote_id for m in matches))
        return sum(m.quote.supply_amount_won for m in matches), taxed, sum(m.quote.vat_won for m in matches)
    if application.round.timing == MatchTiming.BEFORE_SUBMISSION:
        return 0, 0, None
    answers = _answers(application, rules.SectionKey.BUDGET) if budget is None else budget
    supply = int(answers.get("planned_supply_won") or 0)
    typed = answers.get("planned_taxable_won")
    taxed = supply if typed in (None, "") else min(int(typed), supply)
    return supply, taxed, None


@once
def taxable(quotes: tuple[int, ...]) -> int:
    """The part of those quotes that carries VAT, in whole won."""
    return sum(QuoteLine.objects.filter(quote_id__in=quotes, tax_kind="TAXABLE").values_list("amount_won", flat=True))


def money(application: Application, policy: Policy | None = None, typed: Mapping[str, Any] | None = None) -> Money | None:
    """The money formula on the amounts of now; typed: budget answers not stored yet.

    None when the round has no rate for the company's size.
    """
    budget = {**_answers(application, rules.SectionKey.BUDGET), **(typed or {})}
    supply, taxed, vat = amounts(application, budget)
    in_kind = int(budget.get("own_in_kind_won") or 0)
    found = money_of(
        supply_won=supply,
        taxable_won=taxed,
        own_in_kind_won=in_kind,
        company_size=size_of(application.company, application.round),
        cap_won=application.track.cap_won,
        policy=policy or _policy(application.round),
        region=application.company.region,
    )
    return replace(found, vat_won=vat) if found and vat is not None else found


def money_of(
    *,
    supply_won: int,
    taxable_won: int,
    own_in_kind_won: int,
    company_size: str,
    cap_won: int | None,
    policy: Policy,
    region: str = "",
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
        region=region,
    )


def _answers(application: Application, key: str) -> dict[str, Any]:
    found = next((s for s in application.sections.all() if s.key == key), None)
    return found.answers if found else {}


def policy_of(application: Application) -> Policy:
    """The policy that was frozen for a submitted application, else the round's newest."""
    if application.policy_version_id and application.policy_version:
        return application.policy_version.parsed()
    return _policy(application.round)


def _policy(round_: Round) -> Policy:
    found = newest_policy(round_)
    if found is None:
        raise PolicyVersion.DoesNotExist
    return found.parsed()


@once
def newest_policy(round_: Round) -> PolicyVersion | None:
    return round_.policy_version()


def stored_money(application: Application) -> Money | None:
    """The amounts as written in the row (frozen after submission), with rate and ceiling for the formula."""
    policy = policy_of(application)
    size = application.company_size or size_of(application.company, application.round)
    if size not in policy.grant_rates:
        return None
    rate, cap = policy.rate(size, application.region or application.company.region), application.track.cap_won
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
