"""What stands in for an accepted milestone while an advance is out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.payments.models.disbursements import Disbursement


class Guarantee(Row):
    """A guarantee (선급금 보증서) for an advance; never changed (trigger)."""

    REF_PREFIX = "gua"

    disbursement = models.OneToOneField(
        Disbursement, on_delete=models.PROTECT, related_name="guarantee", verbose_name=_("Disbursement")
    )
    issuer = models.CharField(_("Issued by"), max_length=120)
    number = models.CharField(_("Number of the guarantee"), max_length=60)
    amount_won = WonField(_("Amount guaranteed"))
    valid_until = models.DateField(_("Valid until"))
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("Guarantee"))
    filed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Filed by"))

    class Meta:
        verbose_name = _("guarantee of an advance")
        verbose_name_plural = _("guarantees of advances")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number"], name="guarantee_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0) & ~Q(issuer="") & ~Q(number=""), name="guarantee_whole"),
        ]
