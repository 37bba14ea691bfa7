"""What would expire or be carried over at the end of a fiscal year."""

from vouchers.agreements import queries as agreements
from vouchers.agreements.models import Voucher
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import Account
from vouchers.payments import queries as payments
from vouchers.settlements import rules
from vouchers.settlements.models import ClosingLine, YearClosing


def shares(year: int) -> list[rules.Share]:
    """The table of the year as it stands now; nothing is written."""
    return [part for pot in ledger.left_in_year(year) for part in rules.fates(pot.pk, pot.balance_won, _approved(pot, year))]


def _approved(pot: Account, year: int) -> int:
    return agreements.carried_won(pot.owner_ref, year) if pot.kind in {"RESERVED", "COMMITTED"} else 0


def undecided(year: int) -> list[str]:
    """Numbers of agreements of which a carry-over was asked for and not decided: the close would take its money."""
    return agreements.carry_overs_asked(year)


def moving(year: int) -> list[str]:
    """Numbers of vouchers of the year's pots of which a payment is under way: nothing of them can be closed yet."""
    owners = ledger.left_in_year(year).filter(kind="COMMITTED").values("owner_ref")
    vouchers = Voucher.objects.filter(ref__in=owners).select_related("agreement").order_by("number")
    return [voucher.number for voucher in vouchers if payments.on_its_way(voucher)[0]]


def next_line(closing: YearClosing) -> int | None:
    """The next line that is not booked yet; what expires goes first, since what is carried over opens its pot again."""
    return closing.lines.filter(booked_at__isnull=True).order_by("-fate", "id").values_list("pk", flat=True).first()


def under_way() -> list[int]:
    """Closes that a worker has to go on with."""
    return list(YearClosing.objects.filter(status=rules.ClosingStatus.CLOSING).order_by("pk").values_list("pk", flat=True))


def booked(closing: YearClosing) -> tuple[int, int]:
    """(booked, all) lines."""
    return closing.lines.filter(booked_at__isnull=False).count(), ClosingLine.objects.filter(closing=closing).count()
