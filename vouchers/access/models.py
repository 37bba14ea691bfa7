"""One dossier (AccessCase), a request per provider, two review tracks each, and the joint DRB over several."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from providers.institutions.models import Institution
from vouchers.access import rules


class AccessCaseQuerySet(models.QuerySet["AccessCase"]):
    def visible_to(self, user: Any) -> "AccessCaseQuerySet":
        """The company; the institutions asked; those who see every case."""
        if accounts.sees_all(user):
            return self
        mine = accounts.organisation_ids_of(user)
        return self.filter(
            Q(company__organisation_id__in=mine)
            | Q(
                pk__in=AccessRequest.objects.exclude(status="DRAFT")
                .filter(Q(institution__organisation_id__in=mine) | Q(board__organisation_id__in=mine))
                .values("case_id")
            )
        )


class AccessCase(Row):
    """The dossier that is written once and read by every review. dossier: purpose, method, safeguards, period …"""

    REF_PREFIX = "acs"

    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, verbose_name=_("Company"), related_name="+")
    need = models.ForeignKey("vouchers.Need", on_delete=models.PROTECT, verbose_name=_("Data need"), related_name="+")
    title = models.CharField(_("Title of the study"), max_length=150)
    dossier = models.JSONField(_("Dossier"), default=dict)
    use_from = models.DateField(_("Use from"), null=True)
    use_until = models.DateField(_("Use until"), null=True)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Entered by"), related_name="+")

    objects = AccessCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("data access case")
        verbose_name_plural = _("data access cases")
        constraints = [
            models.CheckConstraint(
                condition=Q(use_from__isnull=True) | Q(use_until__isnull=True) | Q(use_from__lte=F("use_until")),
                name="access_case_period",
            )
        ]
        permissions = [("request_access", "Prepare and submit access requests")]

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    def __str__(self) -> str:
        return self.title


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def visible_to(self, user: Any) -> "AccessRequestQuerySet":
        if accounts.sees_all(user):
            return self.exclude(status="DRAFT")
        mine = accounts.organisation_ids_of(user)
        own = Institution.objects.filter(organisation_id__in=mine).values("pk")  # a list joins enough tables without them
        return self.filter(
            Q(case__company__organisation_id__in=mine) | (~Q(status="DRAFT") & (Q(institution__in=own) | Q(board__in=own)))
        )


class AccessRequest(Row):
    """One provider's part of a case. board: the institution whose boards decide (often the same)."""

    REF_PREFIX = "acr"

    case = models.ForeignKey(AccessCase, on_delete=models.PROTECT, verbose_name=_("Study"), related_name="requests")
    match = models.ForeignKey("vouchers.Match", on_delete=models.PROTECT, verbose_name=_("Match"), related_name="+")
    institution = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, verbose_name=_("Institution"), related_name="+"
    )
    board = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, verbose_name=_("Deciding board"), related_name="+"
    )
    status = models.CharField(_("State"), max_length=16, choices=rules.RequestStatus.choices(), default="DRAFT")
    submitted_at = models.DateTimeField(_("Submitted at"), null=True)
    supplement_request = models.TextField(_("Supplement requested"), blank=True)
    provided_at = models.DateTimeField(_("Data provided at"), null=True)
    provided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Provided by"), related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("data access request")
        verbose_name_plural = _("data access requests")
        constraints = [models.UniqueConstraint(fields=["case", "institution"], name="access_request_once_per_site")]
        indexes = [models.Index(fields=["match"], name="access_request_match")]
        permissions = [
            ("review_request", "Keep the review board's book"),
            ("view_review", "Read the review board's book"),
            ("provide_data", "Prepare and provide data"),
        ]

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.case.company.organisation_id, self.institution.organisation_id, self.board.organisation_id) if i}


class SubmittedDossier(Row):
    """The dossier as one institution received it: a copy a hand-over, immutable (trigger). body: title, dossier, use_from,
    use_until (ISO days). What the company revises later for another institution does not change it."""

    REF_PREFIX = "dos"

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="dossiers")
    number = models.PositiveSmallIntegerField(_("Version"))
    body = models.JSONField()
    content_hash = models.CharField(_("Content hash (SHA-256)"), max_length=64)

    class Meta:
        verbose_name = _("submitted dossier")
        verbose_name_plural = _("submitted dossiers")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="submitted_dossier_once")]

    def organisation_ids(self) -> set[int]:
        return self.request.organisation_ids()


class Review(Row):
    """A board's track of one request: its decision has number, institution, date and file; its clock can stand.

    paused_at: the clock stands since then, the company revises; paused_days: working days that it stood before.
    """

    request: Any  # each track's own key
    status: Any  # each track's own codes
    dossier = models.ForeignKey(
        SubmittedDossier, on_delete=models.PROTECT, null=True, verbose_name=_("Dossier decided on"), related_name="+"
    )
    board_name = models.CharField(_("Deciding board"), max_length=160, blank=True)
    number = models.CharField(_("Decision number"), max_length=60, blank=True)
    decided_on = models.DateField(_("Decided on"), null=True)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, verbose_name=_("Decision letter"), related_name="+"
    )
    conditions = models.TextField(_("Conditions"), blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    started_at = models.DateTimeField(_("Review started"), null=True)
    due_at = models.DateTimeField(_("Due on"), null=True)
    closed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_days = models.PositiveIntegerField(default=0)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Decided by"), related_name="+"
    )

    class Meta:
        abstract = True

    def organisation_ids(self) -> set[int]:
        return self.request.organisation_ids()


class EthicsReview(Review):
    """The IRB track. An exemption is a numbered decision too."""

    REF_PREFIX = "irb"

    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="ethics")
    kind = models.CharField(max_length=12, choices=rules.EthicsKind.choices(), default="INSTITUTION")
    route = models.CharField(max_length=10, choices=rules.EthicsRoute.choices(), default="EXEMPTION")
    status = models.CharField(_("State"), max_length=20, choices=rules.EthicsStatus.choices(), default="NOT_STARTED")
    valid_from = models.DateField(_("Valid from"), null=True)
    valid_to = models.DateField(_("Valid until"), null=True)

    class Meta:
        verbose_name = _("ethics review (IRB)")
        verbose_name_plural = _("ethics reviews (IRB)")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["EXEMPTION_CONFIRMED", "APPROVED"])
                | (~Q(number="") & Q(decided_on__isnull=False) & Q(document__isnull=False)),
                name="ethics_decision_has_number_and_file",
            )
        ]
        permissions = [("decide_ethics", "Enter and confirm IRB decisions")]


class DataReview(Review):
    """The DRB track."""

    REF_PREFIX = "drb"

    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="data_review")
    mode = models.CharField(max_length=20, choices=rules.DrbMode.choices(), default="INSTITUTION")
    status = models.CharField(_("State"), max_length=14, choices=rules.DrbStatus.choices(), default="NOT_STARTED")
    findings = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("data review (DRB)")
        verbose_name_plural = _("data reviews (DRB)")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "RECOGNISED", "WAIVED"])
                | (~Q(number="") & Q(decided_on__isnull=False) & Q(document__isnull=False)),
                name="drb_decision_has_number_and_file",
            )
        ]
        permissions = [("decide_drb", "Enter and confirm DRB decisions")]


class JointReview(Row):
    """One packet, one lead committee, several sites; the project may start with the sites that allow it."""

    REF_PREFIX = "jnt"

    case = models.OneToOneField(AccessCase, on_delete=models.PROTECT, verbose_name=_("Study"), related_name="joint_review")
    lead = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, verbose_name=_("Leading institution"), related_name="+"
    )
    status = models.CharField(_("State"), max_length=12, choices=rules.JointStatus.choices(), default="INVITING")
    number = models.CharField(_("Decision number"), max_length=60, blank=True)
    decided_on = models.DateField(_("Decided on"), null=True)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, verbose_name=_("Decision letter"), related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)
    started_at = models.DateTimeField(_("Review started"), null=True)
    due_at = models.DateTimeField(_("Due on"), null=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Decided by"), related_name="+"
    )

    class Meta:
        verbose_name = _("joint DRB")
        verbose_name_plural = _("joint DRBs")

    def organisation_ids(self) -> set[int]:
        return {self.lead.organisation_id} if self.lead.organisation_id else set()


class SiteParticipation(Row):
    """One site in a joint DRB: takes part or not; then adopts the result or objects to its own review."""

    REF_PREFIX = "sit"

    joint = models.ForeignKey(JointReview, on_delete=models.PROTECT, related_name="sites")
    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="site")
    status = models.CharField(_("State"), max_length=30, choices=rules.SiteStatus.choices(), default="INVITED")
    reason = models.TextField(_("Reason"), blank=True)
    due_at = models.DateTimeField(_("Due on"), null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Decided by"), related_name="+"
    )

    class Meta:
        verbose_name = _("site of a joint DRB")
        verbose_name_plural = _("sites of a joint DRB")

    def organisation_ids(self) -> set[int]:
        return self.request.organisation_ids()
