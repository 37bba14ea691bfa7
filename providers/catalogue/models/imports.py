"""Imports: whose catalogue is read from where, each run with its report, and what is remembered of a record."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import organisation_ids_of, sees_all
from portal.documents.models import Document
from portal.kit.models import Row
from providers.catalogue.models.datasets import Dataset
from providers.catalogue.rules import importing as rules
from providers.institutions.models import Institution


class OfInstitution(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Members of the institution; ministry, operator and auditor all. Never the public."""
        if sees_all(user):
            return self
        return self.filter(institution__organisation_id__in=organisation_ids_of(user))


class HarvestSource(Row):
    """An address that is harvested on a schedule. etag, last_modified: of the last document that was read whole; failures: runs
    that failed one after the other; next_at: when it is due."""

    REF_PREFIX: ClassVar[str] = "hsc"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution"))
    name = models.CharField(_("Name"), max_length=120)
    kind = models.CharField(_("Kind"), max_length=10, choices=rules.SourceKind.choices())
    address = models.CharField(_("Address"), max_length=500)
    every_hours = models.PositiveSmallIntegerField(_("Hours between two harvests"), default=24)
    state = models.CharField(_("State"), max_length=8, choices=rules.SourceState.choices())
    next_at = models.DateTimeField(_("Next harvest"))
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    failures = models.PositiveIntegerField(_("Failures in a row"), default=0, editable=False)

    objects = OfInstitution.as_manager()

    class Meta:
        verbose_name = _("harvest source")
        verbose_name_plural = _("harvest sources")
        ordering: ClassVar[list[str]] = ["name"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["next_at"], condition=Q(state="ACTIVE"), name="harvest_source_due"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["address"], condition=~Q(state="RETIRED"), name="harvest_source_once"),
            models.CheckConstraint(condition=Q(every_hours__gte=1, every_hours__lte=8760), name="harvest_source_hours"),
        ]
        permissions: ClassVar[Any] = [("manage_source", "Register, pause and retire harvest sources")]

    def organisation_ids(self) -> set[int]:
        return self.institution.organisation_ids()

    def __str__(self) -> str:
        return self.name


class ImportRun(Row):
    """One reading of one document or source. importer: on whose word; institution: whose records they are, None when a registrar's
    document names it; turn: raised whenever a worker takes it up, so that one that was given up for dead cannot write any more; deaths: workers that were lost
    since it last went on.

    cursor: of a CKAN, at which dataset the next worker goes on; total: records that were found, None before that is known; reason: why it was given up (`rules.reading`).
    """

    REF_PREFIX: ClassVar[str] = "imp"

    importer = models.CharField(_("On whose word"), max_length=10, choices=rules.Importer.choices())
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Institution")
    )
    source = models.ForeignKey(
        HarvestSource, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Source")
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Document")
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Started by")
    )
    state = models.CharField(_("State"), max_length=8, choices=rules.RunState.choices())
    leased_until = models.DateTimeField(null=True, editable=False)
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)
    turn = models.PositiveSmallIntegerField(default=0, editable=False)
    cursor = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(_("Records in all"), null=True)
    done = models.PositiveIntegerField(_("Read so far"), default=0)
    created = models.PositiveIntegerField(_("Created"), default=0)
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    unchanged = models.PositiveIntegerField(_("Unchanged"), default=0)
    refused = models.PositiveIntegerField(_("Not taken over"), default=0)
    gone = models.PositiveIntegerField(_("Gone from the source"), default=0)
    reason = models.JSONField(_("Reason"), default=dict, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True)

    objects = OfInstitution.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["created_at"], condition=Q(state__in=rules.LIVE), name="import_run_live"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(importer="SOURCE", source__isnull=False, document__isnull=True, institution__isnull=False)
                | Q(importer="PEOPLE", source__isnull=True, document__isnull=False, institution__isnull=False)
                | Q(importer="REGISTRAR", source__isnull=True, document__isnull=False),
                name="import_run_from_one",
            ),
            models.CheckConstraint(
                condition=Q(done=F("created") + F("changed") + F("unchanged") + F("refused")), name="import_run_adds_up"
            ),
            models.CheckConstraint(condition=Q(state__in=rules.LIVE) ^ Q(ended_at__isnull=False), name="import_run_ends_once"),
            models.UniqueConstraint(fields=["source"], condition=Q(state__in=rules.LIVE), name="import_run_one_a_source"),
        ]
        permissions: ClassVar[Any] = [
            ("import_dataset", "Import datasets of an institution"),
            ("import_catalogue", "Import datasets of any institution"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.institution.organisation_ids() if self.institution else set()


class ImportLine(models.Model):
    """What became of one record. fields: those that changed; reasons: why it was refused, or what was left out of it."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+", verbose_name=_("Import"))
    place = models.PositiveIntegerField()
    identifier = models.CharField(_("Identifier"), max_length=500)
    title = models.CharField(_("Title"), max_length=200, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=rules.Outcome.choices())
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Dataset"))
    fields = models.JSONField(default=list)
    reasons = models.JSONField(default=list)

    class Meta:
        verbose_name = _("record of an import")
        verbose_name_plural = _("records of imports")
        ordering: ClassVar[list[str]] = ["run", "place"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["run", "place"], name="import_line_place")]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["run", "outcome", "place"], name="import_line_outcome")]

    def __str__(self) -> str:
        return self.identifier


class ImportedRecord(models.Model):
    """By which name an institution's own catalogue knows an entry, and what it last said of it. sha256: of that statement; source:
    where it was harvested, None for an upload; draft_ref, draft_version: the draft as the import left it; run: that saw it last."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution"))
    identifier = models.CharField(_("Identifier"), max_length=500)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+", verbose_name=_("Dataset"))
    source = models.ForeignKey(HarvestSource, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Source"))
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+", verbose_name=_("Import"))
    sha256 = models.CharField(max_length=64, blank=True)
    draft_ref = models.CharField(max_length=24, blank=True)
    draft_version = models.PositiveIntegerField(default=0)
    gone_at = models.DateTimeField(_("Gone since"), null=True)

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        ordering: ClassVar[list[str]] = ["institution", "identifier"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["institution", "identifier"], name="imported_record_once")
        ]

    def __str__(self) -> str:
        return self.identifier
