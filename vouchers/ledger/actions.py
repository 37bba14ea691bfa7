"""The one writer of money. Every function moves whole won between two pots, once for its key.

Locking: the poorer pot (the one that money leaves) is locked by the balance trigger; the round's own pot is touched only
by appropriation, reservation and release, never by a payment.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, prepared
from portal.kit.access import require
from portal.kit.errors import DomainError, Refused
from portal.kit.won import won
from vouchers.ledger import queries, rules
from vouchers.ledger.models import Account, Entry, LedgerEvent
from vouchers.rounds.models import Round

K, E = rules.AccountKind, rules.EventKind


class OverBudget(DomainError):
    """More than the pot holds. amounts in won."""

    def __init__(self, wanted_won: int, held_won: int) -> None:
        super().__init__(
            _("%(wanted)s is more than the %(held)s that are left. Lower the amount or free money first.")
            % {"wanted": won(wanted_won), "held": won(held_won)},
            "over_budget",
        )


class YearClosed(Refused):
    """The close of the money's fiscal year has begun: what stands in its pots expires or is carried over, and nothing else."""

    def __init__(self, year: int) -> None:
        super().__init__(
            _("The fiscal year %(year)s was closed, so nothing is booked in it any more. Money of a later round is needed.")
            % {"year": year},
            "year_closed",
        )


def _account(round_id: int, kind: str, owner_ref: str, organisation: Any = None, *, carried_to: int | None = None) -> Account:
    """The pot, opened on first use (two openers meet in the unique constraint). carried_to: of the pot from which it is filled."""
    found = queries.pot(round_id, kind, owner_ref)
    if found is not None:
        return found
    account = Account(round_id=round_id, kind=kind, owner_ref=owner_ref, organisation=organisation, carried_to=carried_to)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        return Account.objects.get(round_id=round_id, kind=kind, owner_ref=owner_ref)
    return account


def _move(
    kind: rules.EventKind,
    *,
    key: str,
    round_id: int,
    source: Account,
    target: Account,
    amount_won: int,
    subject_ref: str,
    reason: str,
    by: Any,
    reason_en: str = "",
    fiscal_year: int | None = None,
) -> LedgerEvent:
    """One event, two entries. The same key twice gives the first event back (and refuses another amount).

    reason_en: the reason in English, where the portal itself gives it; a person's words stand in one language.
    """
    assert (source.kind, target.kind) in rules.ROUTES[kind], f"{kind} does not run from {source.kind} to {target.kind}"
    if amount_won <= 0:
        raise Refused(_("An amount of money is at least 1 won."), "amount_not_positive")
    held_won, year, closed_in = queries.locked_pot(source)  # so a twin waits, then sees
    earlier = queries.booked(key)
    if earlier is not None:
        if earlier.amount_won != amount_won or earlier.kind != kind:
            raise Refused(_("This movement of money was already booked with another amount."), "ledger_key_reused")
        return earlier
    if closed := rules.year_closed(kind, source=closed_in, target=target.closed_in):
        raise YearClosed(closed)
    if source.kind != K.TREASURY and held_won < amount_won:
        raise OverBudget(amount_won, held_won)
    event = LedgerEvent(
        kind=kind,
        key=key,
        round_id=round_id,
        fiscal_year=fiscal_year or year,  # of the budget, not of the day
        subject_ref=subject_ref,
        amount_won=amount_won,
        reason=reason[:300],
        at=clock.now(),
        by=by,
    )
    prepared.insert([event])
    organisations = [i for i in (source.organisation_id, target.organisation_id) if i]
    with prepared.together():
        lines = rules.move(source.pk, target.pk, amount_won)
        prepared.insert([Entry(event=event, account_id=line.account_id, amount_won=line.amount_won) for line in lines])
        journal.record(
            f"money.{kind.lower()}", event, by=by, reason=reason, organisations=organisations,
            data={"amount_won": amount_won, "subject": subject_ref, "key": key, **({"reason_en": reason_en} if reason_en else {})},
        )  # fmt: skip
    return event


@transaction.atomic
def appropriate(*, round_id: int, amount_won: int, reason: str, by: Any, key: str = "") -> LedgerEvent:
    """The state gives a round its budget, or more of it (추가경정); never more than its call says.

    key: of the form that asks, so that a second click books nothing. Writes: Account, LedgerEvent, Entry, Event
    money.appropriated. Raises: Refused (a rehearsal, more than the budget of the call: that is raised first), YearClosed, NotAllowed.
    """
    require(by, "vouchers.appropriate_budget")
    programme = Round.objects.select_for_update().get(pk=round_id)
    if programme.is_rehearsal:
        raise Refused(
            _("A rehearsal never gets money: its selection counts with the budget of the call."), "rehearsal_has_no_money"
        )
    key = key or f"APPROPRIATED:{programme.ref}:1"
    if not LedgerEvent.objects.filter(key=key).exists():  # what was booked already is given back, not counted twice
        if queries.year_closed(programme.fiscal_year):
            raise YearClosed(programme.fiscal_year)
        _within_call(programme, amount_won)
    return _move(
        E.APPROPRIATED,
        key=key,
        round_id=round_id,
        source=_account(round_id, K.TREASURY, programme.ref),
        target=_account(round_id, K.AVAILABLE, programme.ref),
        amount_won=amount_won,
        subject_ref=programme.ref,
        reason=reason,
        by=by,
    )


def _within_call(programme: Round, amount_won: int) -> None:
    """Raises: Refused when the ledger would then hold more than the call says."""
    given = queries.position(programme.pk).appropriated_won
    if not rules.over_call_won(programme.budget_won, given, amount_won):
        return
    sentence = (
        _("The call names a budget of %(said)s and %(given)s were given already, so %(left)s are left to give. Raise the budget of the draft first.")
        if programme.status in ("DRAFT", "REVIEW")
        else _("The call names a budget of %(said)s and %(given)s were given already, so %(left)s are left to give. Raise the budget by an amendment of the call first.")
    )  # fmt: skip
    said = programme.budget_won or 0
    raise Refused(
        sentence % {"said": won(said), "given": won(given), "left": won(max(0, said - given))}, "over_call", "amount_won"
    )


@transaction.atomic
def reverse(*, event_id: int, reason: str, by: Any) -> LedgerEvent:
    """정정: a budget that was entered wrongly is booked back by a new event; the wrong one stays in sight.

    Writes: LedgerEvent REVERSED, Entry, Event money.reversed. Raises: Refused (no appropriation, reversed already, no
    reason), OverBudget when awards hold the money already.
    """
    event = LedgerEvent.objects.get(pk=event_id)  # never changes, so no lock: the portal's role may not even take one here
    require(by, "vouchers.appropriate_budget")
    programme = Round.objects.select_for_update().get(pk=event.round_id)  # two who book back wait for each other
    if event.kind != E.APPROPRIATED:
        raise Refused(_("Only a budget is booked back here. Other movements end in their own room."), "not_reversible")
    if not reason.strip():
        raise Refused(_("Say what was wrong: auditors read it."), "reason_missing", "reason")
    if queries.reversed_by(event):
        raise Refused(_("This budget was booked back already."), "reversed_already")
    return _move(
        E.REVERSED,
        key=f"REVERSED:{event.ref}",
        round_id=programme.pk,
        source=_account(programme.pk, K.AVAILABLE, programme.ref),
        target=_account(programme.pk, K.TREASURY, programme.ref),
        amount_won=event.amount_won,
        subject_ref=programme.ref,
        reason=reason.strip(),
        by=by,
    )


@transaction.atomic
def reserve(
    *,
    round_id: int,
    owner_ref: str,
    amount_won: int,
    organisation: Any,
    reason: str,
    by: Any,
    reason_en: str = "",
    turn: str = "",
) -> LedgerEvent:
    """An award was confirmed: available → reserved for it. Called by evaluation.confirm_selection, which asked for the
    permission; again, with the ref of an agreement's change as turn, when that raised the grant. Raises: OverBudget."""
    programme = Round.objects.get(pk=round_id)
    return _move(
        E.RESERVED,
        key=":".join(["RESERVED", owner_ref, *([turn] if turn else [])]),
        round_id=round_id,
        source=_account(round_id, K.AVAILABLE, programme.ref),
        target=_account(round_id, K.RESERVED, owner_ref, organisation),
        amount_won=amount_won,
        subject_ref=turn or owner_ref,  # what an award reserved is compared with the award
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def commit(
    *,
    round_id: int,
    owner_ref: str,
    voucher_ref: str,
    amount_won: int,
    reason: str,
    by: Any,
    reason_en: str = "",
    organisation: Any = None,
    turn: str = "",
) -> LedgerEvent:
    """The agreement took force, the voucher is issued: reserved → committed; again, with the ref of an agreement's change as turn,
    when that raised the grant. What was carried over stays of the year into which it was."""
    held = _account(round_id, K.RESERVED, owner_ref)
    return _move(
        E.COMMITTED,
        key=":".join(["COMMITTED", voucher_ref, *([turn] if turn else [])]),
        round_id=round_id,
        source=held,
        target=_account(round_id, K.COMMITTED, voucher_ref, organisation, carried_to=held.carried_to),
        amount_won=amount_won,
        subject_ref=voucher_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def release(
    *, round_id: int, owner_ref: str, amount_won: int, reason: str, by: Any, reason_en: str = "", kind: str = K.RESERVED
) -> LedgerEvent | None:
    """Money that is not needed goes back to the round: reserved (or committed) → available. Once the year of the round was closed it
    expires instead. Returns: None when the close had let all of it expire already."""
    programme = Round.objects.get(pk=round_id)
    source, target = _account(round_id, kind, owner_ref), _account(round_id, K.AVAILABLE, programme.ref)
    booked = E.RELEASED
    if target.closed_in is not None:
        amount_won = min(amount_won, queries.locked_pot(source)[0])
        booked, target = E.EXPIRED, _account(round_id, K.EXPIRED, owner_ref, source.organisation)
        if not amount_won:
            return None
    turn = LedgerEvent.objects.filter(kind=booked, subject_ref=owner_ref).count() + 1
    return _move(
        booked,
        key=f"{booked}:{owner_ref}:{turn}",
        round_id=round_id,
        source=source,
        target=target,
        amount_won=amount_won,
        subject_ref=owner_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def pay(*, round_id: int, voucher_ref: str, amount_won: int, key: str, reason: str, by: Any, reason_en: str = "") -> LedgerEvent:
    """A transfer was settled at the bank: committed → paid. key: the payment attempt's, so it is booked once."""
    held = _account(round_id, K.COMMITTED, voucher_ref)
    return _move(
        E.PAID,
        key=f"PAID:{key}",
        round_id=round_id,
        source=held,
        target=queries.pot(round_id, K.PAID, voucher_ref) or _account(round_id, K.PAID, voucher_ref, held.organisation),
        amount_won=amount_won,
        subject_ref=voucher_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def take_back(
    *, round_id: int, voucher_ref: str, amount_won: int, key: str, reason: str, by: Any, reason_en: str = ""
) -> LedgerEvent:
    """The bank sent a transfer back: paid → committed, by a new event; the payment stays in sight. key: the attempt's."""
    return _move(
        E.REVERSED,
        key=f"REVERSED:{key}",
        round_id=round_id,
        source=_account(round_id, K.PAID, voucher_ref),
        target=_account(round_id, K.COMMITTED, voucher_ref),
        amount_won=amount_won,
        subject_ref=voucher_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def expire(*, round_id: int, voucher_ref: str, amount_won: int, reason: str, by: Any, reason_en: str = "") -> LedgerEvent:
    """What a voucher did not use by its end: committed → expired; again when money came back to one that had expired."""
    turn = LedgerEvent.objects.filter(kind=E.EXPIRED, subject_ref=voucher_ref).count() + 1
    return _move(
        E.EXPIRED,
        key=f"EXPIRED:{voucher_ref}" if turn == 1 else f"EXPIRED:{voucher_ref}:{turn}",
        round_id=round_id,
        source=_account(round_id, K.COMMITTED, voucher_ref),
        target=_account(round_id, K.EXPIRED, voucher_ref),
        amount_won=amount_won,
        subject_ref=voucher_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def recover(
    *, round_id: int, voucher_ref: str, amount_won: int, key: str, reason: str, by: Any, reason_en: str = ""
) -> LedgerEvent:
    """Money came back from a payee: paid → recovered. key: of its receipt, so it is booked once."""
    return _move(
        E.RECOVERED,
        key=f"RECOVERED:{key}",
        round_id=round_id,
        source=_account(round_id, K.PAID, voucher_ref),
        target=_account(round_id, K.RECOVERED, voucher_ref),
        amount_won=amount_won,
        subject_ref=voucher_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


@transaction.atomic
def repay(
    *, round_id: int, voucher_ref: str, amount_won: int, key: str, reason: str, by: Any, reason_en: str = ""
) -> LedgerEvent:
    """More came back than was owed and was paid out again: recovered → paid, by a new event. key: of its receipt."""
    return _move(
        E.REVERSED,
        key=f"REVERSED:{key}",
        round_id=round_id,
        source=_account(round_id, K.RECOVERED, voucher_ref),
        target=_account(round_id, K.PAID, voucher_ref),
        amount_won=amount_won,
        subject_ref=voucher_ref,
        reason=reason,
        reason_en=reason_en,
        by=by,
    )


# ── The year's end: called by the room that closes it, which asked for the permission ────────────────────────
@transaction.atomic
def hold_year(*, year: int) -> list[Account]:
    """Locks the pots of the year, in one order: who moves money of them waits, then sees that it was closed. Returns: them."""
    return list(queries.pots_of_year(year).select_for_update(of=("self",)).order_by("-pk"))


@transaction.atomic
def shut_year(*, year: int) -> None:
    """The close of the year begins: from now on only that moves its pots. Writes: Account.closed_in."""
    pots = [pot.pk for pot in hold_year(year=year)]
    Account.objects.filter(pk__in=pots).update(closed_in=year)


@transaction.atomic
def expire_pot(*, account_id: int, year: int, amount_won: int, by: Any) -> LedgerEvent:
    """What stands in a pot when its year is closed expires, once for the year: available, reserved or committed → expired."""
    pot = Account.objects.select_related("organisation").get(pk=account_id)
    return _move(
        E.EXPIRED,
        key=f"EXPIRED:{year}:{pot.ref}",
        round_id=pot.round_id,
        source=pot,
        target=_account(pot.round_id, K.EXPIRED, pot.owner_ref, pot.organisation),
        amount_won=amount_won,
        subject_ref=pot.owner_ref,
        reason=f"{year} 회계연도 마감",
        reason_en=f"Close of the fiscal year {year}",
        by=by,
        fiscal_year=year,
    )


@transaction.atomic
def carry(*, account_id: int, year: int, amount_won: int, by: Any) -> LedgerEvent:
    """What stays committed or reserved leaves the year that is closed and comes into the next one, once: committed → carried →
    committed, in one transaction. Writes: two LedgerEvents, Account.carried_to, which opens the pot again. Returns: the one of the new year."""
    pot = Account.objects.select_related("organisation").get(pk=account_id)
    between = _account(pot.round_id, K.CARRIED, pot.owner_ref, pot.organisation)
    steps = ((pot, between, year, "OUT"), (between, pot, year + 1, "IN"))
    for source, target, of_year, way in steps:
        event = _move(
            E.CARRIED,
            key=f"CARRIED:{year}:{pot.ref}:{way}",
            round_id=pot.round_id,
            source=source,
            target=target,
            amount_won=amount_won,
            subject_ref=pot.owner_ref,
            reason=f"{year} → {year + 1} 회계연도 이월",
            reason_en=f"Carried over from {year} to {year + 1}",
            by=by,
            fiscal_year=of_year,
        )
    Account.objects.filter(pk=pot.pk).update(carried_to=year + 1, closed_in=None)
    return event
