"""From an accepted award to a text that the parties can sign."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.words import day
from providers.institutions.models import Institution
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.writing import write_version
from vouchers.agreements.models import Agreement, AgreementLine, AgreementParty
from vouchers.applications import actions as applications
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Award
from vouchers.matching.models import Match, QuoteLine

P = rules.PartyRole
PERIOD_WORDS = {
    "period_order": _("The end lies before the start. Correct one of the two days."),
    "period_past": _("The end lies in the past. Choose a later day."),
    "before_round": _("The agreement cannot start before the call's project period."),
    "begun": _("The agreement has begun, so its first day no longer moves."),
    "after_round": _("The agreement cannot end after the call's project period."),
}


@documents.all_or_nothing()
def draft(*, award_id: int, starts_on: date, ends_on: date, by: Any) -> Agreement:
    """The operating agency drafts: quote lines are copied, parties named, version 1 written as PDF.

    Writes: Agreement DRAFTING, AgreementParty, AgreementLine, AgreementVersion, Document, Award AGREEMENT_READY, Event.
    Raises: Refused (award not accepted, no confirmed match, no final quote, lines above the quote's maximum, institution without people here, period), NotAllowed.
    """
    Award.objects.select_for_update().get(pk=award_id)
    award = Award.objects.select_related("application__round", "application__track", "application__company__organisation").get(
        pk=award_id
    )
    require(by, "vouchers.draft_agreement")
    applications.require_apart(award.application, by)
    if award.status != "ACCEPTED":
        raise Refused(
            _("An agreement is drafted for an award that the company accepted and that has no agreement yet."), "award_not_ready"
        )
    application = award.application
    check_period(application.round, starts_on, ends_on)
    lines = queries.lines_for(award)
    if not lines:
        raise Refused(
            _("No confirmed match stands behind this award. The company chooses one in its application first."), "no_match"
        )
    if hindrance := queries.only_intended(lines):
        raise Refused(hindrance, "letter_of_intent")
    _check_maximum(award, lines)
    providers = signers(lines)
    operator = queries.operator_for(by, application.round.is_demo)
    if operator is None:
        raise Refused(_("No operating agency is registered that could sign."), "no_operator")
    money = queries.money_for(award, lines)
    agreement = Agreement(
        award=award, company=application.company, round=application.round, number=f"A{award.project_no}",
        starts_on=starts_on, ends_on=ends_on, drafted_by=by, grant_won=money["grant_won"],
        supply_amount_won=money["supply_won"], own_cash_won=money["own_cash_won"], vat_won=money["vat_won"],
        goal=application.title, data_scope=application.need.title if application.need else "",
    )  # fmt: skip
    agreement.save()
    _write_parties(agreement, operator, providers)
    _copy_lines(agreement, award, lines)
    write_version(agreement, rate_percent=money["rate_percent"], by_rate_won=money["by_rate_won"], by=by)
    evaluation.prepare_agreement(award_id=award.pk, by=by)
    applications.fix_matches(application_id=application.pk, by=by)
    journal.record(
        "agreement.drafted", agreement, by=by, to=agreement.status, organisations=agreement.organisation_ids(),
        data={"award": award.ref, "grant_won": agreement.grant_won},
    )  # fmt: skip
    ko, en = named(agreement)
    journal.open_duty(
        agreement, "send_for_signature", title_ko=f"협약서 서명 요청: {ko}",
        title_en=f"Send the agreement for signature: {en}", url=agreement.get_absolute_url(), due_in=agreement.round.days("agreement_dispatch"),
        role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    return agreement


def check_period(programme: Any, starts_on: date, ends_on: date, *, begun: date | None = None) -> None:
    """Raises Refused. begun: the first day as it was agreed, of an agreement in force: it may not move once it has come."""
    today = clock.today()
    fault = rules.period_fault(starts_on, ends_on, today, programme.project_start_on, programme.project_end_on)
    if begun is not None and starts_on != begun and min(begun, starts_on) <= today:
        fault = "begun"
    if fault:
        raise Refused(PERIOD_WORDS[fault], fault, "starts_on" if fault in {"before_round", "begun"} else "ends_on")


def _check_maximum(award: Award, lines: list[QuoteLine]) -> None:
    """Raises Refused where the lines of a match exceed the maximum that its company accepted: that of the letter of intent where a
    final quote stands for it."""
    match_of = queries.match_of_quote(award)
    accepted = dict(Match.objects.filter(pk__in=match_of.values()).values_list("pk", "quote__supply_amount_won"))
    if over := rules.over_maximum([(match_of[line.quote_id], line.amount_won) for line in lines], accepted):
        names = ", ".join(dict.fromkeys(str(line.contracting_party) for line in lines if match_of[line.quote_id] in over))
        raise Refused(
            _("The lines of %(names)s exceed the most that was committed in the quote. Ask for a new quote first.")
            % {"names": names},
            "over_maximum",
        )


def signers(lines: list[QuoteLine]) -> list[Institution]:
    """Who signs for the providers: every contracting party and every payee; an organisation behind several signs once."""
    named = [line.contracting_party for line in lines] + [line.payee for line in lines]
    found: dict[int | None, Institution] = {}
    for institution in named:
        found.setdefault(institution.organisation_id, institution)
    absent = list(dict.fromkeys(str(i) for i in named if i.organisation_id is None))
    if absent:
        raise Refused(
            _("%(names)s cannot sign: nobody represents it on this portal yet. Its people register first, then draft again.")
            % {"names": ", ".join(absent)},
            "provider_cannot_sign",
        )
    return list(found.values())


def _write_parties(agreement: Agreement, operator: Organisation, providers: list[Institution]) -> None:
    rows: list[tuple[str, Organisation, Institution | None]] = [
        (P.OPERATOR, operator, None), (P.COMPANY, agreement.company.organisation, None),
    ]  # fmt: skip
    rows += [(P.PROVIDER, institution.organisation, institution) for institution in providers if institution.organisation]
    for position, (role, organisation, institution) in enumerate(rows):
        AgreementParty(
            agreement=agreement, role=role, organisation=organisation, institution=institution, position=position
        ).save()  # fmt: skip


def _copy_lines(agreement: Agreement, award: Award, lines: list[QuoteLine]) -> None:
    match_of = queries.match_of_quote(award)
    AgreementLine.objects.bulk_create(
        AgreementLine(
            agreement=agreement, match_id=match_of[line.quote_id], position=position, kind=line.kind,
            description=line.description, amount_won=line.amount_won, tax_kind=line.tax_kind, data_holder=line.data_holder,
            contracting_party=line.contracting_party, reviewing_board=line.reviewing_board, payee=line.payee,
        )
        for position, line in enumerate(lines, 1)
    )  # fmt: skip


@documents.all_or_nothing()
def revise(*, agreement_id: int, starts_on: date, ends_on: date, by: Any) -> Agreement:
    """Changes the period of a draft: a new version follows the last one by its hash. Amounts and lines stay.

    Writes: Agreement, AgreementVersion, Document, Event.
    """
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    agreement.status = rules.LIFECYCLE.step(agreement.status, "revise")
    check_period(agreement.round, starts_on, ends_on)
    agreement.starts_on, agreement.ends_on = starts_on, ends_on
    agreement.save()
    money = agreement.current().body["money"]
    version = write_version(agreement, rate_percent=money["rate_percent"], by_rate_won=money["by_rate_won"], by=by)
    journal.record(
        "agreement.revised", agreement, by=by, organisations=agreement.organisation_ids(), data={"version": version.number}
    )
    return agreement


@transaction.atomic
def send_for_signature(*, agreement_id: int, by: Any) -> Agreement:
    """The text is final: every party is asked to sign. Writes: Agreement, Event, Duty and Notice a party.

    Raises: Refused while the results of the call are provisional; a draft binds nobody and may be written before."""
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    refuse_provisional(agreement)
    refuse_past_year(agreement, agreement.ends_on)
    if waiting := queries.open_comments(agreement):
        raise Refused(
            _("Comments on articles that wait for an answer: %(n)d. Answer them first.") % {"n": waiting}, "comments_open"
        )
    move(agreement, "send_for_signature", "agreement.sent", by=by)
    journal.close_duty(agreement, "send_for_signature", by=by)
    days = agreement.round.policy().days("signature")
    for party in agreement.taking_part().select_related("organisation"):
        journal.open_duty(
            agreement, "sign", title_ko=f"협약서에 서명해 주십시오: {agreement.number}",
            title_en=f"Sign the agreement {agreement.number}", url=f"/agreements/{agreement.ref}/sign/", due_in=days,
            organisation=party.organisation, role=notices.SIGNING_ROLE[P(party.role)], by=by,
        )  # fmt: skip
        notices.agreement_to_sign(agreement, party)
    return agreement


@transaction.atomic
def return_to_draft(*, agreement_id: int, reason: str, by: Any) -> Agreement:
    """Something is wrong in the text: signatures given so far lose their ground and are asked again.

    The journal keeps who had signed which hash. Writes: Agreement, AgreementParty cleared, Event, Duty, Notice.
    """
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    reason = needed(reason)
    parties = list(agreement.taking_part().select_related("organisation"))
    signed = {party.ref: party.signed_hash for party in parties if party.signed_at}
    move(agreement, "return_to_draft", "agreement.returned", by=by, reason=reason, signed=signed)
    journal.close_duties(agreement, by=by)
    withdraw_signatures(agreement)
    for party in parties:
        notices.agreement_returned(agreement, party, reason)
    return agreement


def withdraw_signatures(agreement: Agreement) -> dict[str, str]:
    """Another text follows, so those given so far no longer count. Writes: AgreementParty. Returns: party ref → the hash it had signed."""
    signed = {}
    for party in agreement.parties.filter(signed_at__isnull=False):
        signed[party.ref] = party.signed_hash
        party.signed_at, party.signed_by, party.signed_hash, party.authority = None, None, "", None
        party.save()
    return signed


def require_apart(agreement: Agreement, by: Any) -> None:
    """Officials decide nothing about an agreement whose company or provider a conflict of theirs concerns; milestones and
    payments ask the same. Raises: Refused."""
    applications.require_apart(agreement.award.application, by)


def refuse_provisional(agreement: Agreement) -> None:
    """Where the round says so, nothing binds before the time to object is over and what was objected to is decided."""
    if hindrance := queries.provisional(agreement.round):
        raise Refused(hindrance, "provisional")


def refuse_past_year(agreement: Agreement, ends_on: date) -> None:
    """Nothing is committed past 31 December of the round's year without an approved carry-over. Raises: Refused."""
    year = agreement.round.fiscal_year
    if not rules.past_year(ends_on, year, carried=False):
        return
    if rules.past_year(ends_on, year, carried=True):
        raise Refused(
            _("The agreement ends after %(day)s: money is carried over into the next fiscal year only. End it by then.")
            % {"day": day(rules.last_day(year + 1))}, "past_next_year", "ends_on",
        )  # fmt: skip
    if not queries.carried(agreement):
        raise Refused(
            _("The agreement ends after %(day)s, the last day of the fiscal year. Ask the ministry for a carry-over first, or end it by then.")
            % {"day": day(rules.last_day(year))}, "past_year", "ends_on",
        )  # fmt: skip


def lock(agreement_id: int) -> Agreement:
    Agreement.objects.select_for_update().get(pk=agreement_id)
    return Agreement.objects.select_related("company__organisation", "round", "award__application__track").get(pk=agreement_id)


def named(agreement: Agreement) -> tuple[str, str]:
    """How duties call it, in Korean and English: number, company and title of the project."""
    company, title = agreement.company, agreement.award.application.title
    return tuple(f"{agreement.number} · {name} · {title}" for name in (company.name_ko, company.name_en or company.name_ko))  # type: ignore[return-value]


def needed(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("Give the reason: the parties read it."), "reason_missing", "reason")
    return reason.strip()


def move(agreement: Agreement, verb: str, event: str, *, by: Any, reason: str = "", **data: Any) -> None:
    """One step of the lifecycle, saved and recorded."""
    before = agreement.status
    agreement.status = rules.LIFECYCLE.step(before, verb)
    agreement.reason = reason
    agreement.save()
    journal.record(
        event, agreement, by=by, frm=before, to=agreement.status, reason=reason,
        organisations=agreement.organisation_ids(), data=data,
    )  # fmt: skip
