"""After its fiscal year a voucher pays only what was carried over, while its money was not closed."""

from django.utils.translation import gettext_lazy as _

from portal.kit import clock, words
from portal.kit.errors import Refused
from portal.kit.won import won
from vouchers.agreements import queries as agreement_queries
from vouchers.agreements.rules import too_late
from vouchers.ledger import queries as ledger
from vouchers.payments import queries
from vouchers.payments.models import Disbursement


def refuse_after_year(disbursement: Disbursement) -> None:
    """After the year's last day of payments only as much leaves as was carried over, less what left since, until that of the next
    year. Raises: Refused."""
    agreement, today = disbursement.milestone.agreement, clock.today()
    year, settling = agreement.round.fiscal_year, agreement.round.policy().settling
    last = settling.last_day("last_payment", year)
    if not too_late(today, last, carried=False):
        return
    carried_won = agreement_queries.carried_won(disbursement.voucher.ref, year)
    if not carried_won:
        raise Refused(
            _("Payments of the fiscal year ended on %(day)s. Only what was carried over is still paid.") % {"day": words.day(last)}, "after_year"
        )  # fmt: skip
    if too_late(today, over := settling.last_day("last_payment", year + 1), carried=False):
        raise Refused(
            _("Payments of what was carried over ended on %(day)s. Nothing more of it is paid.") % {"day": words.day(over)}, "after_year"
        )  # fmt: skip
    left_won = carried_won - queries.released_since(disbursement, last)
    if disbursement.amount_won > left_won:
        raise Refused(
            _("Of the carry-over %(left)s are left, and this payment is %(asked)s. Nothing more of the voucher is paid.")
            % {"left": won(max(0, left_won)), "asked": won(disbursement.amount_won)},
            "over_carried",
        )
    if not ledger.held_open(agreement.round_id, "COMMITTED", disbursement.voucher.ref):
        raise Refused(
            _(
                "The close of the fiscal year has begun, and the money of this voucher is closed with it. Nothing more of it is paid."
            ),
            "year_closed",
        )
