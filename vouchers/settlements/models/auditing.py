"""A project's whole file, as an archive that a worker makes."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from vouchers.settlements import rules


class AuditFileQuerySet(models.QuerySet["AuditFile"]):
    def visible_to(self, user: Any) -> "AuditFileQuerySet":
        """Those who may ask for one."""
        return self if user.has_perm("vouchers.make_audit_file") else self.none()


class AuditFile(Row):
    """sha256: of the archive; manifest_sha256: of the list of fingerprints in it, by which it is verified. done, total: files put into
    it so far, shown to whoever waits."""

    REF_PREFIX = "auf"

    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, related_name="+", verbose_name=_("Agreement"))
    status = models.CharField(_("State"), max_length=7, choices=rules.AuditFileStatus.choices(), default="WAITING")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Asked by"))
    done = models.PositiveIntegerField(_("Done"), default=0)
    total = models.PositiveIntegerField(_("To do"), default=0)
    claimed_at = models.DateTimeField(_("Begun"), null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Archive")
    )
    sha256 = models.CharField(_("Fingerprint (SHA-256)"), max_length=64, blank=True)
    manifest_sha256 = models.CharField(_("Fingerprint of SHA256SUMS"), max_length=64, blank=True, db_index=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)

    objects = AuditFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit file")
        verbose_name_plural = _("audit files")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="READY", document__isnull=False) & ~Q(sha256="") & ~Q(manifest_sha256="")
                | ~Q(status="READY") & Q(document__isnull=True, sha256="", manifest_sha256=""),
                name="audit_file_ready_whole",
            ),
            models.UniqueConstraint(
                fields=["agreement", "asked_by"], condition=Q(status__in=["WAITING", "MAKING"]), name="audit_file_one_under_way"
            ),
        ]
        permissions = [("make_audit_file", "Have a project's whole file made")]

    @property
    def round(self) -> Any:
        return self.agreement.round

    def organisation_ids(self) -> set[int]:
        return set()

    def get_absolute_url(self) -> str:
        return f"/settlements/audit/{self.ref}/"

    def __str__(self) -> str:
        return str(self.agreement)
