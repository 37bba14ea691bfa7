"""What the room keeps: accounts, disbursements and attempts; guarantees of advances; payment files and their answers."""

from vouchers.payments.models.advances import Guarantee
from vouchers.payments.models.disbursements import Disbursement, PayeeAccount, PaymentAttempt
from vouchers.payments.models.files import PaymentAnswer, PaymentFile

__all__ = ["Disbursement", "Guarantee", "PayeeAccount", "PaymentAnswer", "PaymentAttempt", "PaymentFile"]
