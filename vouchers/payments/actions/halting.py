"""Suspension and termination (중지, 해지) of an agreement in force, with what they do to its money: asked, agreed to by everybody's
signature or noticed and heard. `concluding.py` carries them out.

The figures stand in the row from the beginning: what the parties read is what is signed or decided, and what the ledger then holds.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.workdays import add_working_days
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries as agreed
from vouchers.agreements import rules as agreement_rules
from vouchers.agreements.models import Agreement, AgreementHalt, AgreementParty, HaltConsent, HaltOpinion
from vouchers.agreements.notices import SIGNING_ROLE
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.concluding import MOVED, execute

W, H, P = agreement_rules.HaltWay, agreement_rules.HaltStatus, agreement_rules.PartyRole
FAULTS = {
    "not_in_force": _("Only an agreement in force is suspended, and only one in force or suspended is terminated."),
    "ground": _("This ground does not belong to the way that was chosen. Choose another one."),
    "at_fault": _("Say which party is at fault for a notice, and none where everybody agrees."),
}
ONE_OPEN = _("A suspension or termination of this agreement is open already. Conclude that one first.")
PAST = {
    "consent_halt": "consented", "renew_halt": "renewed", "withdraw_halt": "withdrawn", "dismiss_halt": "dismissed",
    "execute_halt": "executed", "give_halt_opinion": "opinion_given",
}  # fmt: skip


@transaction.atomic
def propose_halt(
    *, agreement_id: int, kind: str, way: str, ground: str, statement: str, at_fault: str = "", shown: str, by: Any
) -> AgreementHalt:
    """A party proposes it to all (CONSENT), or the operating agency gives notice of a party's fault (FAULT).

    kind, way, ground: codes; at_fault: ref of the party, "" for none; shown: hash of what the page showed (`queries.content_hash`).
    Writes: AgreementHalt, Event, Duties, Notices. Raises: Refused (not in force, ground, no facts, one is open, figures moved), NotAllowed.
    """
    agreement = _lock(agreement_id)
    asked_for = _asking(agreement, way, by)
    party = agreement.taking_part().filter(ref=at_fault).exclude(role=P.OPERATOR).first() if at_fault else None
    if fault := agreement_rules.halt_fault(kind, way, ground, agreement_status=agreement.status, at_fault=party is not None):
        raise Refused(FAULTS[fault], fault, None if fault == "not_in_force" else fault)
    if not statement.strip():
        raise Refused(
            _("Say what happened: every party reads it before it agrees or is heard."), "statement_missing", "statement"
        )
    figures = queries.consequences(agreement, kind, ground, party)
    row = AgreementHalt(
        agreement=agreement, number=agreement.halts.count() + 1, kind=kind, way=way, ground=ground, at_fault=party,
        statement=statement.strip(), status=H.PROPOSED if way == W.CONSENT else agreement_rules.HALT_LIFECYCLE.step(H.PROPOSED, "notice_halt"), figures=figures.document(),
        released_won=figures.released_won, asked_for=asked_for, asked_by=by,
        opinion_until=add_working_days(clock.today(), agreement.round.days("halt_opinion")) if way == W.FAULT else None,
    )  # fmt: skip
    row.content_hash = queries.content_hash(row, figures)
    if row.content_hash != shown:
        raise Refused(MOVED, "figures_moved")
    _save_the_only_one(row)
    record(row, "proposed" if way == W.CONSENT else "noticed", "", by=by, reason=row.statement)
    _ask(row, by)
    return row


def _asking(agreement: Agreement, way: str, by: Any) -> AgreementParty:
    """The party for which somebody asks; a notice of fault is the operating agency's. Raises: NotAllowed."""
    party = agreed.own_party(agreement, by, "vouchers.request_halt")
    if party is None or (way == W.FAULT and party.role != P.OPERATOR):
        raise NotAllowed(
            _("Only a party of the agreement proposes this, and only the operating agency gives notice of a fault."),
            "not_a_party",
        )
    require(by, "vouchers.request_halt", party)
    if party.role == P.OPERATOR:
        agreements.require_apart(agreement, by)
    return party


def _save_the_only_one(row: AgreementHalt) -> None:
    if queries.open_halt(row.agreement):
        raise Refused(ONE_OPEN, "halt_open")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "agreement_halt_one_open" not in str(error):
            raise
        raise Refused(ONE_OPEN, "halt_open") from error


def _lock(agreement_id: int) -> Agreement:
    Agreement.objects.select_for_update().get(pk=agreement_id)
    return Agreement.objects.select_related("company__organisation", "round", "award__application__track").get(pk=agreement_id)


def lock_halt(halt_id: int) -> AgreementHalt:
    """The agreement locked, then the halt: always in this order."""
    agreement = _lock(AgreementHalt.objects.only("agreement_id").get(pk=halt_id).agreement_id)
    AgreementHalt.objects.select_for_update().get(pk=halt_id)
    row = AgreementHalt.objects.select_related("at_fault", "asked_for", "asked_by").get(pk=halt_id)
    row.agreement = agreement
    return row


def record(row: AgreementHalt, past: str, before: str, *, by: Any, reason: str = "", **data: Any) -> None:
    journal.record(
        f"halt.{past}", row, by=by, frm=before, to=row.status, reason=reason, organisations=row.organisation_ids(),
        data={"agreement": row.agreement.ref, "kind": row.kind, "content_hash": row.content_hash, **data},
    )  # fmt: skip


def move(row: AgreementHalt, verb: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before, row.status = row.status, agreement_rules.HALT_LIFECYCLE.step(row.status, verb)
    row.save()
    record(row, PAST[verb], before, by=by, reason=reason, **data)


def _ask(row: AgreementHalt, by: Any) -> None:
    """Who has the ball: every party that has not agreed or was not heard; of a notice the office that decides."""
    agreement = row.agreement
    days = agreement.round.days
    verb, step, ko, en = (
        ("consent_halt", "signature", "합의 여부를 알려 주십시오", "Say whether you agree")
        if row.way == W.CONSENT
        else ("give_halt_opinion", "halt_opinion", "의견을 내 주십시오", "Give your opinion")
    )
    for party, given in queries.consents(row) if row.way == W.CONSENT else queries.opinions(row):
        if given is None:
            journal.open_duty(
                row, verb, title_ko=f"{ko}: {agreement.number}", title_en=f"{en}: {agreement.number}", url=row.get_absolute_url(),
                due_in=days(step), organisation=party.organisation, role=SIGNING_ROLE[P(party.role)], by=by,
            )  # fmt: skip
            if party.role != P.OPERATOR:
                notices.halt_opened(row, party)
    if row.way == W.FAULT:
        journal.open_duty(
            row, "decide_halt", title_ko=f"중지·해지 결정: {agreement.number}", title_en=f"Decide about a suspension or termination: {agreement.number}",
            url=row.get_absolute_url(), due_in=days("halt_opinion") + days("halt_decision"), role="OPERATOR_CASE", by_mail=True, by=by,
        )  # fmt: skip


@transaction.atomic
def consent_halt(*, halt_id: int, content_hash: str, second_factor_code: str, by: Any) -> AgreementHalt:
    """A party's representative signs what is proposed, with its figures; the last signature carries it out.

    Writes: HaltConsent, Event; at the last one as `concluding.execute`. Raises: Refused (figures moved, wrong code), NotAllowed."""
    row = lock_halt(halt_id)
    agreement_rules.HALT_LIFECYCLE.step(row.status, "consent_halt")
    party = queries.consents_for(row, by)
    if party is None:
        raise NotAllowed(_("Your side has agreed already, or this does not concern it."), "not_a_party")
    require(by, "vouchers.sign_agreement", party)
    if party.role == P.OPERATOR:
        agreements.require_apart(row.agreement, by)
    _fresh(row, content_hash)
    if row.consents.filter(signed_by=by, signed_hash=row.content_hash).exists():
        raise Refused(_("You signed for another party. Somebody else signs for this one."), "one_hand")
    authority = agreements.authorised(party.organisation, by)
    second_factor.check(by, second_factor_code)
    HaltConsent(
        halt=row, party=party, signed_by=by, signed_at=clock.now(), signed_hash=row.content_hash, authority=authority
    ).save()  # fmt: skip
    move(row, "consent_halt", by=by, party=party.ref)
    journal.close_duty(row, "consent_halt", by=by, organisation=party.organisation)
    if all(given for _party, given in queries.consents(row)):
        _carry_out(row, by)
    return row


def _fresh(row: AgreementHalt, content_hash: str) -> None:
    """Raises: Refused where other figures were read than stand, or than would hold now."""
    if row.content_hash != content_hash or queries.moved(row):
        raise Refused(MOVED, "figures_moved")


def _carry_out(row: AgreementHalt, by: Any) -> None:
    execute(row, step=move, by=by)


@transaction.atomic
def give_halt_opinion(*, halt_id: int, text: str, by: Any) -> AgreementHalt:
    """A party is heard, once. Writes: HaltOpinion, Event; closes its duty. Raises: Refused (too late, nothing said), NotAllowed."""
    row = lock_halt(halt_id)
    agreement_rules.HALT_LIFECYCLE.step(row.status, "give_halt_opinion")
    if row.opinion_until is not None and clock.today() > row.opinion_until:
        raise Refused(_("The days for opinions are over."), "opinion_late")
    party = queries.heard_for(row, by)
    if party is None:
        raise NotAllowed(_("Your side was heard already, or this does not concern it."), "not_a_party")
    require(by, "vouchers.request_halt", party)
    if not text.strip():
        raise Refused(_("Write your opinion, or that you have none."), "opinion_missing", "text")
    HaltOpinion(halt=row, party=party, given_by=by, text=text.strip()).save()
    move(row, "give_halt_opinion", by=by, party=party.ref)
    journal.close_duty(row, "give_halt_opinion", by=by, organisation=party.organisation)
    return row


@transaction.atomic
def decide_halt(*, halt_id: int, content_hash: str, uphold: bool, reason: str, by: Any) -> AgreementHalt:
    """A second person decides about a notice, once opinions were heard or their days are over. uphold: it is carried out.

    Writes: AgreementHalt, Event, Notices; carried out as `concluding.execute`. Raises: Refused (opinions may still come, figures
    moved, no reason), NotAllowed (who gave the notice or an opinion)."""
    row = lock_halt(halt_id)
    require(by, "vouchers.decide_halt")
    agreements.require_apart(row.agreement, by)
    verb = "execute_halt" if uphold else "dismiss_halt"
    if row.way != W.FAULT:
        raise Refused(_("What everybody must agree to is not decided by one."), "not_a_notice")
    agreement_rules.HALT_LIFECYCLE.step(row.status, verb)
    if not agreement_rules.decides_apart(by.pk, row.asked_by_id, row.opinions.values_list("given_by_id", flat=True)):
        raise NotAllowed(_("Somebody else decides: you gave the notice or an opinion on it."), "four_eyes")
    if not reason.strip():
        raise Refused(_("Give the reason: the parties read it."), "reason_missing", "reason")
    if uphold and (waits := queries.decision_waits(row)):
        raise Refused(waits, "opinions_awaited")
    if uphold:
        _fresh(row, content_hash)
    row.decided_by, row.decided_at, row.answer = by, clock.now(), reason.strip()
    if uphold:
        _carry_out(row, by)
        return row
    move(row, verb, by=by, reason=row.answer)
    _end(row, by)
    return row


@transaction.atomic
def renew_halt(*, halt_id: int, by: Any) -> AgreementHalt:
    """Money or deliveries moved: the figures are computed again. Consents given so far no longer count; opinions stay.

    Writes: AgreementHalt, Event, Duties, Notices. Raises: Refused (nothing moved, no longer in force), NotAllowed."""
    row = lock_halt(halt_id)
    if agreed.own_party(row.agreement, by, "vouchers.request_halt") is None:
        raise NotAllowed(_("Only a party of the agreement has the figures computed again."), "not_a_party")
    agreement_rules.HALT_LIFECYCLE.step(row.status, "renew_halt")
    figures = queries.fresh_figures(row)
    if figures == rules.consequences_of(row.figures):
        raise Refused(_("Nothing moved: the figures are those that are shown."), "nothing_moved")
    row.figures, row.released_won = figures.document(), figures.released_won
    row.content_hash = queries.content_hash(row, figures)
    move(row, "renew_halt", by=by)
    _ask(row, by)
    return row


@transaction.atomic
def withdraw_halt(*, halt_id: int, reason: str, by: Any) -> AgreementHalt:
    """The party that asked takes it back; a party that does not agree to a proposal ends it the same way. Writes: AgreementHalt,
    Event, Notices; closes duties. Raises: Refused (no reason), NotAllowed (a notice is taken back by the operating agency alone)."""
    row = lock_halt(halt_id)
    party = agreed.own_party(row.agreement, by, "vouchers.request_halt")
    if party is None or (row.way == W.FAULT and party.role != P.OPERATOR):
        raise NotAllowed(_("Only a party ends a proposal, and only the operating agency takes a notice back."), "not_a_party")
    agreement_rules.HALT_LIFECYCLE.step(row.status, "withdraw_halt")
    if not reason.strip():
        raise Refused(_("Give the reason: the parties read it."), "reason_missing", "reason")
    row.answer = reason.strip()
    move(row, "withdraw_halt", by=by, reason=row.answer, party=party.ref)
    _end(row, by)
    return row


def _end(row: AgreementHalt, by: Any) -> None:
    journal.close_duties(row, by=by)
    for party in queries.concerned(row.agreement):
        notices.halt_ended(row, party)
