"""What the room keeps: accounts, disbursements and attempts; payment files and their answers."""

from vouchers.payments.models.disbursements import Disbursement, PayeeAccount, PaymentAttempt
from vouchers.payments.models.files import PaymentAnswer, PaymentFile

__all__ = ["Disbursement", "PayeeAccount", "PaymentAnswer", "PaymentAttempt", "PaymentFile"]
