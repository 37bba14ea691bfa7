"""Changing an agreement in force (협약변경): asked for by a party, decided by the operating agency, signed by everybody who goes on.

What was delivered is known by a later room, so that room decides and signs (`milestones.actions`): it calls the verbs here and
hands in what hinders them, asked under the agreement's lock. Until a changed text is signed the old one holds.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts import second_factor
from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused, Stale
from portal.kit.won import won
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.authority import authorised
from vouchers.agreements.actions.drafting import check_period, lock, needed, refuse_past_year, require_apart
from vouchers.agreements.actions.ending import end
from vouchers.agreements.actions.joining import invite
from vouchers.agreements.actions.writing import write_version
from vouchers.agreements.models import Agreement, AgreementChange, AgreementParty, AgreementVersion, VersionSignature, Voucher
from vouchers.ledger import actions as ledger
from vouchers.ledger import queries as money

C, P = rules.ChangeStatus, rules.PartyRole
PAST = {
    "take_up_change": "taken_up", "withdraw_change": "withdrawn", "approve_change": "approved", "note_change": "noted",
    "reject_change": "rejected", "enforce_change": "enforced", "give_up_change": "given_up",
}  # fmt: skip
FAULTS = {
    "line_negative": _("No line can be below 0 won."),
    "nothing_left": _("Nothing would be agreed any more. To end the agreement, ask the operating agency to terminate it."),
    "party_left": _("%(names)s left this agreement by an earlier change and would not sign this one. Leave its lines at 0 won."),
    "below_paid": _("The grant would be below the %(paid)s that were paid already. Take less away from the lines."),
    "below_asked": _(
        "Of the grant %(asked)s were asked for, are on their way or paid, so it cannot go below that. Take less away from the lines."
    ),
    "over_available": _(
        "The grant would rise by %(more)s, and the call has %(left)s left to give. Raise the lines by less, or wait until money is released."
    ),
}


def lock_change(change_id: int) -> AgreementChange:
    """The agreement locked, then the change: always in this order."""
    agreement = lock(AgreementChange.objects.only("agreement_id").get(pk=change_id).agreement_id)
    AgreementChange.objects.select_for_update().get(pk=change_id)
    change = AgreementChange.objects.select_related("base", "asked_by", "asked_for__organisation").get(pk=change_id)
    change.agreement = agreement
    return change


def fresh(change: AgreementChange, version: int) -> None:
    """Raises Stale where somebody decided on another state than the one that stands. version: of the row that was shown."""
    if change.version != version:
        raise Stale


@transaction.atomic
def request_change(
    *,
    agreement_id: int,
    reason: str,
    base: str,
    amounts: Mapping[int, int] | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    goal: str | None = None,
    data_scope: str | None = None,
    contact: str | None = None,
    join: Collection[str] = (),
    by: Any,
) -> AgreementChange:
    """A party asks. amounts: position of a line → whole won; join: refs of confirmed matches whose providers are to be brought in; contact: ref of a person of the party's own; base: content hash of the
    version that was shown; what is not given stays. Its class follows from what differs.

    Writes: AgreementChange, Event, Duty, Notices. Raises: Stale (another version holds now), Refused (nothing differs, one is open,
    amounts below what is paid or above what is left, period, voucher ended), NotAllowed.
    """
    agreement = lock(agreement_id)
    party = queries.own_party(agreement, by)
    if party is None:
        raise NotAllowed(_("Only a party of the agreement asks for a change."), "not_a_party")
    require(by, "vouchers.request_change", party)
    if party.role == P.OPERATOR:
        require_apart(agreement, by)
    if agreement.status not in rules.CHANGEABLE:
        raise Refused(_("Only an agreement in force is changed."), "agreement_not_active")
    current = agreement.current()
    if not secrets.compare_digest(current.content_hash.encode(), base.encode()):
        raise Stale
    reason = needed(reason)
    if set(join) - {match.ref for match in queries.addable(agreement)}:
        raise Refused(_("Choose providers with a confirmed match of this project that are no party yet."), "not_addable", "join")
    before = queries.terms(agreement)
    contacts = {party.ref: _contact(party, contact)} if contact is not None else None
    after = queries.wanted_terms(
        agreement, amounts=amounts or {}, starts_on=starts_on, ends_on=ends_on, goal=_text(goal), data_scope=_text(data_scope),
        contacts=contacts, join=join,
    )  # fmt: skip
    parts = queries.parts_of(agreement, before, after)
    _check(agreement, before, after, parts)
    change = AgreementChange(
        agreement=agreement, number=agreement.changes.count() + 1, base=current, kind=rules.class_of(parts), parts=list(parts),
        before=before.document(), after=after.document(), reason=reason, asked_for=party, asked_by=by,
    )  # fmt: skip
    _save_the_only_one(change)
    journal.record(
        "change.requested", change, by=by, to=change.status, reason=reason, organisations=agreement.organisation_ids(),
        data={"agreement": agreement.ref, "kind": change.kind, "parts": change.parts},
    )  # fmt: skip
    journal.open_duty(
        change, "decide_change", title_ko=f"협약변경 검토: {change}", title_en=f"Decide about a change: {change}",
        url=change.get_absolute_url(), due_in=agreement.round.days("change_review"), role="OPERATOR_CASE", by_mail=True, by=by,
    )  # fmt: skip
    for other in queries.taking_part(agreement, before):
        if other.pk != party.pk and other.role != P.OPERATOR:
            notices.change_requested(change, other)
    return change


def _text(text: str | None) -> str | None:
    return None if text is None else text.strip()


def _contact(party: AgreementParty, ref: str) -> str:
    """Raises: Refused for somebody who does not belong to the party."""
    if ref and not accounts.users_of(party.organisation).filter(ref=ref).exists():
        raise Refused(_("The contact must be one of your organisation's people on this portal."), "not_yours", "contact")
    return ref


def _save_the_only_one(change: AgreementChange) -> None:
    if queries.open_change(change.agreement):
        raise Refused(_("Another change of this agreement is not settled yet. Wait for it, or withdraw it."), "change_open")
    try:
        with _covers_what_was_asked(), transaction.atomic():
            change.save()
    except IntegrityError as error:
        if "agreement_change_one_open" not in str(error):
            raise
        raise Refused(
            _("Another change of this agreement is not settled yet. Wait for it, or withdraw it."), "change_open"
        ) from error


@contextmanager
def _covers_what_was_asked() -> Iterator[None]:
    """What was asked for is known by a later room, so the database says (triggers) whether the grant still covers it: when a change
    is asked for, approved and takes effect. Raises: Refused, with what was asked for."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        said = getattr(error.__cause__, "diag", None)
        if said is None or said.constraint_name != "grant_covers_what_was_asked":
            raise
        raise Refused(FAULTS["below_asked"] % {"asked": won(int(said.message_detail))}, "below_asked") from error


def _check(agreement: Agreement, before: rules.Terms, after: rules.Terms, parts: tuple[str, ...]) -> None:
    """What no decision could mend. Raises: Refused."""
    if not parts:
        raise Refused(
            _("Nothing differs from the agreement yet. Change a line, the period, a text or the contact."), "no_difference"
        )
    if rules.ChangePart.PERIOD in parts:
        check_period(agreement.round, after.starts_on, after.ends_on, begun=before.starts_on)
        refuse_past_year(agreement, after.ends_on)
    if set(parts) - {rules.ChangePart.CONTACT} and Voucher.objects.get(agreement=agreement).status != rules.VoucherStatus.ISSUED:
        raise Refused(_("The voucher of this agreement has ended, so only the contact can change."), "voucher_ended")
    paid, available = queries.paid_won(agreement), queries.available_won(agreement)
    given_up = queries.given_up(agreement)
    if fault := rules.change_fault(before, after, paid_won=paid, available_won=available, given_up=given_up):
        facts = {
            "paid": won(paid), "left": won(available), "more": won(after.grant_won - before.grant_won),
            "names": ", ".join(dict.fromkeys(given_up.values())),
        }  # fmt: skip
        raise Refused(FAULTS[fault] % facts, fault)


def _move(change: AgreementChange, verb: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before = change.status
    change.status = rules.CHANGE_LIFECYCLE.step(before, verb)
    change.save()
    journal.record(
        f"change.{PAST[verb]}", change, by=by, frm=before, to=change.status, reason=reason,
        organisations=change.organisation_ids(), data={"agreement": change.agreement.ref, **data},
    )  # fmt: skip


@transaction.atomic
def take_up_change(*, change_id: int, version: int, by: Any) -> AgreementChange:
    """The operating agency begins to review. Writes: AgreementChange, Event. Raises: Stale, NotAllowed."""
    change = lock_change(change_id)
    require(by, "vouchers.decide_change")
    require_apart(change.agreement, by)
    fresh(change, version)
    _move(change, "take_up_change", by=by)
    return change


@transaction.atomic
def withdraw_change(*, change_id: int, by: Any) -> AgreementChange:
    """Who asked takes it back, before it is decided. Writes: AgreementChange, Event; closes the duty."""
    change = lock_change(change_id)
    own = queries.own_party(change.agreement, by)
    if own is None or own.pk != change.asked_for_id:
        raise NotAllowed(_("Only the party that asked for the change takes it back."), "not_yours")
    require(by, "vouchers.request_change", own)
    _move(change, "withdraw_change", by=by)
    journal.close_duties(change, by=by)
    return change


@transaction.atomic
def reject_change(*, change_id: int, version: int, reason: str, by: Any) -> AgreementChange:
    """Not approved, with a reason; never by who asked. Writes: AgreementChange, Event, Notices. Raises: Stale, Refused."""
    change = _deciding(change_id, version, by)
    change.answer = needed(reason)
    _move(change, "reject_change", by=by, reason=change.answer)
    journal.close_duties(change, by=by)
    _tell(change, notices.change_rejected)
    return change


def _deciding(change_id: int, version: int, by: Any) -> AgreementChange:
    """The change locked, for somebody who may decide about it. Raises: Stale, NotAllowed, Refused."""
    change = lock_change(change_id)
    require(by, "vouchers.decide_change")
    require_apart(change.agreement, by)
    fresh(change, version)
    if not rules.may_decide(by.pk, change.asked_by_id):
        raise NotAllowed(_("Somebody else must decide about a change that you asked for."), "four_eyes")
    change.decided_by, change.decided_at = by, clock.now()
    return change


@documents.all_or_nothing()
def approve_change(
    *, change_id: int, version: int, reason: str, hindered: Callable[[AgreementChange], str], by: Any
) -> AgreementChange:
    """Approves a major change: the next version is written, and every party that goes on is asked to sign it.

    hindered: of the room of the deliveries, why they forbid it ("" when nothing does). Writes: AgreementChange, AgreementVersion,
    Document, Event, Duties, Notices. Raises: Stale, Refused, NotAllowed (who asked).
    """
    change = _deciding(change_id, version, by)
    agreement, after = change.agreement, change.asked
    if change.kind != rules.ChangeClass.MAJOR:
        raise Refused(_("A minor change needs no approval: note it."), "minor_change")
    _require_changeable(change, hindered)
    change.answer = reason.strip()
    with _covers_what_was_asked():
        _move(change, "approve_change", by=by, reason=change.answer)
    invite(change)
    rate, by_rate_won = queries.rate_facts(agreement, after)
    text = write_version(agreement, rate_percent=rate, by_rate_won=by_rate_won, by=by, change=change)
    journal.close_duty(change, "decide_change", by=by)
    for party in queries.taking_part(agreement, after):
        journal.open_duty(
            change, "sign_change", title_ko=f"변경협약에 서명해 주십시오: {agreement.number} 제{text.number}판",
            title_en=f"Sign the changed agreement {agreement.number}, version {text.number}", url=f"{change.get_absolute_url()}sign/",
            due_in=agreement.round.days("signature"), organisation=party.organisation, role=notices.SIGNING_ROLE[P(party.role)],
            by=by,
        )  # fmt: skip
        notices.change_to_sign(change, party)
    return change


def _require_changeable(change: AgreementChange, hindered: Callable[[AgreementChange], str]) -> None:
    """Raises: Refused where the agreement, its money or what was delivered forbid the change by now."""
    if change.agreement.status not in rules.CHANGEABLE:
        raise Refused(_("Only an agreement in force is changed."), "agreement_not_active")
    _check(change.agreement, change.held, change.asked, tuple(change.parts))
    if why := hindered(change):
        raise Refused(why, "delivered_already")


@documents.all_or_nothing()
def note_change(*, change_id: int, version: int, hindered: Callable[[AgreementChange], str], by: Any) -> AgreementChange:
    """Notes a minor change: it holds from now on. A shift of amounts writes the next version; the signed sums stay as they are.

    Writes: AgreementChange NOTED, AgreementLine or AgreementParty.contact, AgreementVersion, Events, Notices. Raises: as approve_change.
    """
    change = _deciding(change_id, version, by)
    if change.kind != rules.ChangeClass.MINOR:
        raise Refused(_("A major change needs an approval and every party's signature."), "major_change")
    _require_changeable(change, hindered)
    change.effective_at = clock.now()
    _move(change, "note_change", by=by)
    if rules.ChangePart.SHIFT in change.parts:
        held = change.agreement.current().body["money"]
        write_version(
            change.agreement, rate_percent=held["rate_percent"], by_rate_won=held["by_rate_won"], by=by, change=change
        )  # fmt: skip
    _apply(change, by)
    journal.close_duties(change, by=by)
    _tell(change, notices.change_noted)
    return change


@transaction.atomic
def give_up_change(*, change_id: int, version: int, reason: str, by: Any) -> AgreementChange:
    """An approved change that is not signed is dropped, with a reason: the old text goes on. Writes: AgreementChange, Event, Notices."""
    change = lock_change(change_id)
    require(by, "vouchers.decide_change")
    require_apart(change.agreement, by)
    fresh(change, version)
    change.answer = needed(reason)
    _move(change, "give_up_change", by=by, reason=change.answer)
    journal.close_duties(change, by=by)
    _tell(change, notices.change_given_up)
    return change


def drop_open_change(agreement: Agreement, *, by: Any, reason: str) -> None:
    """The agreement ended: nothing of it is changed any more. In the transaction of the caller, who holds its lock."""
    change = queries.open_change(agreement)
    if change is not None:
        change.answer = reason
        _move(change, "give_up_change" if change.status == C.APPROVED else "withdraw_change", by=by, reason=reason)
        journal.close_duties(change, by=by)


@transaction.atomic
def sign_change(
    *, change_id: int, content_hash: str, second_factor_code: str, hindered: Callable[[AgreementChange], str], by: Any
) -> AgreementChange:
    """A party's representative signs the changed text. The last signature puts it in force: amounts, period, lines, voucher and
    ledger at once. Writes: VersionSignature, Event change.signed; at the last one as `_enforce`. Raises: Refused, NotAllowed."""
    change = lock_change(change_id)
    party = queries.signs_for(change, by)
    rules.CHANGE_LIFECYCLE.step(change.status, "sign_change")
    if party is None:
        raise NotAllowed(_("Your side has signed already, or this change does not concern it."), "not_a_party")
    require(by, "vouchers.sign_agreement", party)
    if party.role == P.OPERATOR:
        require_apart(change.agreement, by)
    text = AgreementVersion.objects.get(change=change)
    if not secrets.compare_digest(text.content_hash.encode(), content_hash.encode()):
        raise Refused(_("The text has changed since you opened it. Read the new version, then sign."), "text_changed")
    if text.signatures.filter(signed_by=by).exists():
        raise Refused(_("You signed for another party. Somebody else signs for this one."), "one_hand")
    last = len(queries.unsigned(change)) == 1
    if last:
        _require_changeable(change, hindered)
    authority = authorised(party.organisation, by)
    second_factor.check(by, second_factor_code)
    VersionSignature(
        agreement_version=text, party=party, signed_by=by, signed_at=clock.now(), signed_hash=text.content_hash, authority=authority
    ).save()  # fmt: skip
    journal.record(
        "change.signed", change, by=by, frm=change.status, to=change.status, organisations=change.organisation_ids(),
        data={"agreement": change.agreement.ref, "party": party.ref, "version": text.number, "content_hash": text.content_hash},
    )  # fmt: skip
    journal.close_duty(change, "sign_change", by=by, organisation=party.organisation)
    if last:
        change.effective_at = clock.now()
        _move(change, "enforce_change", by=by, version=text.number)
        _apply(change, by)
        _tell(change, notices.change_in_force)
    return change


def _apply(change: AgreementChange, by: Any) -> None:
    """The rows say what the change says; the ledger follows. In the transaction that made it hold.

    Writes: Agreement, AgreementLine, AgreementParty, Voucher, ledger, Event agreement.changed.
    """
    agreement, before, after = change.agreement, change.held, change.asked
    agreement.starts_on, agreement.ends_on = after.starts_on, after.ends_on
    agreement.goal, agreement.data_scope = after.goal, after.data_scope
    agreement.supply_amount_won, agreement.grant_won = after.supply_won, after.grant_won
    agreement.own_cash_won, agreement.vat_won = after.own_cash_won, after.vat_won
    staying = {party.pk for party in queries.taking_part(agreement, after)}
    agreement.save()
    amounts = {line.position: line.amount_won for line in after.lines}
    for line in agreement.lines.all():
        if line.amount_won != amounts[line.position]:
            line.amount_won = amounts[line.position]
            line.save(update_fields=["amount_won"])  # the running role may change nothing else of it
    _apply_to_parties(change, after, staying)
    _apply_to_voucher(change, before, after, by)
    journal.record(
        "agreement.changed", agreement, by=by, organisations=agreement.organisation_ids(),
        data={
            "change": change.ref, "parts": change.parts, "grant_before_won": before.grant_won, "grant_won": after.grant_won,
            "supply_before_won": before.supply_won, "supply_won": after.supply_won,
        },
    )  # fmt: skip


def _apply_to_parties(change: AgreementChange, after: rules.Terms, staying: set[int]) -> None:
    people = {user.ref: user for user in accounts.users_of(change.asked_for.organisation)}
    for party in change.agreement.taking_part():
        contact = after.contacts.get(party.ref, "")
        held = change.held.contacts.get(party.ref, "")
        if party.pk not in staying:
            party.left_by = change
        if contact != held:
            party.contact = people.get(contact)
        if party.pk not in staying or contact != held:
            party.save()


def _apply_to_voucher(change: AgreementChange, before: rules.Terms, after: rules.Terms, by: Any) -> None:
    """A lower grant gives the difference back to the round, a higher one takes it from there. Raises: OverBudget."""
    agreement = change.agreement
    voucher = Voucher.objects.select_for_update().get(agreement=agreement)
    more, owner = after.grant_won - before.grant_won, agreement.award.application.ref
    if not more and voucher.expires_on == after.ends_on:
        return
    voucher.grant_won, voucher.expires_on = after.grant_won, after.ends_on
    with _covers_what_was_asked():
        voucher.save()
    ko, en = f"협약변경 {change}", f"Change of the agreement {change}"
    shared = {"round_id": agreement.round_id, "reason": ko, "reason_en": en, "by": by}
    if more < 0:
        ledger.release(owner_ref=voucher.ref, amount_won=-more, kind="COMMITTED", **shared)
    elif more:
        company = agreement.company.organisation
        ledger.reserve(owner_ref=owner, amount_won=more, organisation=company, turn=change.ref, **shared)
        ledger.commit(
            owner_ref=owner, voucher_ref=voucher.ref, amount_won=more, organisation=company, turn=change.ref, **shared
        )  # fmt: skip
    if not money.balance(agreement.round_id, "COMMITTED", voucher.ref):
        end(voucher, "spend", "spent", by=None)


def _tell(change: AgreementChange, tell: Callable[[AgreementChange, AgreementParty], None]) -> None:
    """Those who take part, and who leaves by this change; not who left before."""
    for party in queries.told(change.agreement, leaving=change).exclude(role=P.OPERATOR):
        tell(change, party)
