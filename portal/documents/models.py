"""Private files. No public address: the owning room fetches its row, then answers with documents.responses.download."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.documents import rules
from portal.kit.models import Row


class Document(Row):
    """One uploaded or generated file. organisation: whose it is; generated files of the portal are CLEAN from birth."""

    REF_PREFIX = "doc"

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    name = models.CharField(_("File name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="documents/%Y/%m", max_length=200)
    scan_state = models.CharField(max_length=12, choices=rules.ScanState.choices(), default="QUARANTINED")
    scanned_at = models.DateTimeField(null=True)
    scan_note = models.CharField(max_length=200, blank=True)
    is_generated = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, editable=False)  # name and content are gone since; the fingerprint stays

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256_shape"),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(scan_state="QUARANTINED"), name="document_quarantine")]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id} if self.organisation_id else set()

    def __str__(self) -> str:
        return self.name
