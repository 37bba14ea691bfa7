"""Balances and statements, always from entries or from the trigger-kept balance that `verify` compares with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from portal.kit import prepared
from vouchers.ledger import rules
from vouchers.ledger.models import Account, Entry, LedgerEvent
from vouchers.rounds.models import Round


@dataclass(frozen=True)
class Position:
    """A round's money, whole won. appropriated = available + reserved + committed + paid + expired + recovered."""

    appropriated_won: int
    available_won: int
    reserved_won: int
    committed_won: int
    paid_won: int
    expired_won: int
    recovered_won: int


def balance(round_id: int, kind: str, owner_ref: str) -> int:
    """Won in one pot; 0 when it was never opened."""
    sql = "SELECT balance_won FROM vouchers_account WHERE round_id = %s AND kind = %s AND owner_ref = %s"
    found = prepared.first_row(sql, [round_id, str(kind), owner_ref])
    return found[0] if found else 0


def pot(round_id: int, kind: str, owner_ref: str) -> Account | None:
    """One pot, None when it was never opened."""
    sql = "SELECT row_to_json(a) FROM vouchers_account a WHERE a.round_id = %s AND a.kind = %s AND a.owner_ref = %s"
    found = prepared.first_row(sql, [round_id, str(kind), owner_ref])
    return prepared.built(Account, found[0]) if found else None


def locked_pot(account: Account) -> tuple[int, int, int | None]:
    """(won in it, fiscal year of its round or into which it was carried over, year with which it was closed), the pot locked."""
    sql = """SELECT a.balance_won, coalesce(a.carried_to, r.fiscal_year), a.closed_in FROM vouchers_account a JOIN vouchers_round r ON r.id = a.round_id WHERE a.id = %s
        FOR UPDATE OF a"""
    found = prepared.first_row(sql, [account.pk])
    assert found is not None
    return found[0], found[1], found[2]


def held_open(round_id: int, kind: str, owner_ref: str) -> bool:
    """Whether money may still leave that pot, which waits for a close of its year and holds one up until the transaction ends."""
    sql = "SELECT closed_in FROM vouchers_account WHERE round_id = %s AND kind = %s AND owner_ref = %s FOR SHARE"
    found = prepared.first_row(sql, [round_id, str(kind), owner_ref])
    return found is not None and found[0] is None


def shut(round_id: int, kind: str, owner_ref: str) -> bool:
    """Whether that pot was closed with its year, as it stands; nobody waits for it (`held_open` does)."""
    return Account.objects.filter(round_id=round_id, kind=kind, owner_ref=owner_ref, closed_in__isnull=False).exists()


def year_closed(year: int) -> bool:
    """Whether the close of that fiscal year has begun."""
    return Account.objects.filter(closed_in=year).exists()


def booked(key: str) -> LedgerEvent | None:
    """What was booked under that key already."""
    found = prepared.first_row("SELECT row_to_json(e) FROM vouchers_ledgerevent e WHERE e.key = %s", [key])
    return prepared.built(LedgerEvent, found[0]) if found else None


def position(round_id: int) -> Position:
    """One query over the round's accounts."""
    sums: dict[str, int] = dict(
        Account.objects.filter(round_id=round_id).values("kind").annotate(won=Sum("balance_won")).values_list("kind", "won")
    )
    kind = rules.AccountKind
    return Position(
        appropriated_won=-sums.get(kind.TREASURY, 0),
        available_won=sums.get(kind.AVAILABLE, 0),
        reserved_won=sums.get(kind.RESERVED, 0),
        committed_won=sums.get(kind.COMMITTED, 0),
        paid_won=sums.get(kind.PAID, 0),
        expired_won=sums.get(kind.EXPIRED, 0),
        recovered_won=sums.get(kind.RECOVERED, 0),
    )


@dataclass(frozen=True)
class VoucherBalance:
    """A voucher's money, whole won: issued = open + paid + expired."""

    issued_won: int
    open_won: int
    paid_won: int


def voucher_balance(voucher_ref: str) -> VoucherBalance:
    """One query; issued is what was ever committed and not released."""
    pots = dict(Account.objects.filter(owner_ref=voucher_ref).values_list("kind", "balance_won"))
    open_won, paid_won = pots.get("COMMITTED", 0), pots.get("PAID", 0)
    return VoucherBalance(open_won + paid_won + pots.get("EXPIRED", 0), open_won, paid_won)


def statement(*owner_refs: str) -> QuerySet[Entry]:
    """Entries of the pots of these owners in time order, with event and account."""
    return (
        Entry.objects.filter(account__owner_ref__in=owner_refs)
        .select_related("event", "event__by", "account")
        .order_by("event__at", "id")
    )


def paid_under(keys: Iterable[str]) -> int:
    """What the entries hold as paid under these references of transfers, whole won; what came back is taken off."""
    booked = [f"{kind}:{key}" for key in keys for kind in (rules.EventKind.PAID, rules.EventKind.REVERSED)]
    found = Entry.objects.filter(event__key__in=booked, account__kind=rules.AccountKind.PAID)
    return int(found.aggregate(won=Sum("amount_won"))["won"] or 0)


def recovered_under(ref: str) -> int:
    """What the ledger holds as recovered under the keys of one claim, whole won."""
    found = LedgerEvent.objects.filter(kind=rules.EventKind.RECOVERED, key__startswith=f"RECOVERED:{ref}:")
    return int(found.aggregate(won=Sum("amount_won"))["won"] or 0)


def reversed_by(event: LedgerEvent) -> LedgerEvent | None:
    """The correction that booked an event back, if there is one."""
    return LedgerEvent.objects.filter(key=f"REVERSED:{event.ref}").first()


def history(round_id: int) -> QuerySet[LedgerEvent]:
    return LedgerEvent.objects.in_round(round_id).order_by("-at", "-id")


def faults() -> Iterator[dict[str, Any]]:
    """What must be empty: accounts whose kept balance is not the sum of their entries, events that do not sum to zero or name
    another amount than their entries move. The database adds up; nothing is held here, however long the ledger is."""
    lines = Coalesce(Sum("entries__amount_won"), 0, output_field=BigIntegerField())
    plus = Coalesce(Sum("entries__amount_won", filter=Q(entries__amount_won__gt=0)), 0, output_field=BigIntegerField())
    for account in Account.objects.annotate(summed=lines).exclude(balance_won=F("summed")).iterator():
        yield {"account": account.ref, "kept": account.balance_won, "summed": account.summed}
    for event in LedgerEvent.objects.annotate(summed=lines, moved=plus).exclude(summed=0, moved=F("amount_won")).iterator():
        yield {"event": event.ref, "sum": event.summed, "says": event.amount_won, "moves": event.moved}


def pots_of_year(year: int) -> QuerySet[Account]:
    """Pots of the year from which money is not paid yet: of its rounds, and what was carried over into it."""
    of_year = Q(carried_to=year) | Q(carried_to__isnull=True, round__fiscal_year=year)
    return Account.objects.filter(of_year, kind__in=rules.OPEN_POTS)


def left_in_year(year: int) -> QuerySet[Account]:
    """Pots of a fiscal year in which money stands that was not paid, in the order of their round."""
    found = pots_of_year(year).filter(balance_won__gt=0)
    return found.select_related("round", "organisation").order_by("round_id", "kind", "id")


def trial_balance(year: int) -> dict[str, int]:
    """Kind of pot → what the entries of the year's rounds, and of those with money carried over into it, add up to, whole won, from the
    entries themselves. All of them are 0."""
    rounds = Round.objects.filter(Q(fiscal_year=year) | Q(pk__in=Account.objects.filter(carried_to=year).values("round_id")))
    found = Entry.objects.filter(account__round__in=rounds).values("account__kind").annotate(won=Sum("amount_won"))
    return {row["account__kind"]: row["won"] for row in found.order_by("account__kind")}
