"""An application, its sections, files, certifications and eligibility findings."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.applications import rules
from vouchers.rounds.rules import Question, is_question, parse_questions


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> "ApplicationQuerySet":
        """The company's members; ministry, operator and auditor see every one that was submitted."""
        if accounts.sees_all(user):
            return self.filter(submitted_at__isnull=False)
        return self.filter(company__organisation_id__in=accounts.organisation_ids_of(user))

    def live(self) -> "ApplicationQuerySet":
        return self.exclude(status__in=rules.ENDED)

    def counted(self) -> "ApplicationQuerySet":
        """What statistics count: submitted, in rounds that count."""
        from vouchers.rounds.models import Round

        return self.filter(submitted_at__isnull=False, round__in=Round.objects.counted())


class Application(Row):
    """A company's application to one track of a round.

    supply_amount_won: Σ chosen quote lines, VAT excluded; grant + own cash = supply (constraint). deadline_at: the
    round's closes_at at the moment of submission, or the end of the late entry under which it was handed in, so that the
    database itself refuses a late one.
    """

    REF_PREFIX = "app"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    track = models.ForeignKey("vouchers.Track", on_delete=models.PROTECT, related_name="+", verbose_name=_("Track"))
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    need = models.ForeignKey("vouchers.Need", on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("State"), max_length=22, choices=rules.ApplicationStatus.choices(), default="DRAFT")
    title = models.CharField(_("Project title"), max_length=150, blank=True)
    summary = models.TextField(_("Summary"), blank=True)
    policy_version = models.ForeignKey("vouchers.PolicyVersion", on_delete=models.PROTECT, null=True, related_name="+")
    supply_amount_won = WonField(default=0)
    vat_won = WonField(default=0)
    grant_won = WonField(default=0)
    own_cash_won = WonField(default=0)
    own_in_kind_won = WonField(default=0)
    receipt_no = models.CharField(_("Receipt number"), max_length=24, unique=True, null=True)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Submitted by")
    )
    submitted_at = models.DateTimeField(_("Submitted at"), null=True)
    deadline_at = models.DateTimeField(_("Closing time"), null=True)
    late_entry = models.OneToOneField(  # under which it was handed in, after the call closed
        "vouchers.LateEntry", on_delete=models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("Late entry")
    )
    company_snapshot = models.JSONField(default=dict)
    # of the network from which it was handed in, a digest under this portal's key; emptied after its time (forget_networks)
    network_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    region = models.CharField(_("Region"), max_length=20, blank=True)  # of the company at submission: statistics never move later
    company_size = models.CharField(_("Company size"), max_length=12, blank=True)
    supplement_request = models.TextField(_("What must be supplied"), blank=True)
    supplement_sections = models.JSONField(_("Sections that the company may change"), default=list)
    handed_in = models.JSONField(default=dict, editable=False)  # what stood when a supplement opened it again (handing.keep)
    decision_reason = models.TextField(_("Reason of the decision"), blank=True)
    forgotten_at = models.DateTimeField(null=True, editable=False)  # never handed in: emptied after its time (forget_drafts)
    matches_fixed_at = models.DateTimeField(null=True, editable=False)  # an agreement stands on its matches since then

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "round", "track"],
                condition=~Q(status__in=["WITHDRAWN", "INELIGIBLE", "NOT_SELECTED", "LAPSED"]),
                name="application_one_live",
            ),
            models.CheckConstraint(
                condition=Q(grant_won=F("supply_amount_won") - F("own_cash_won")), name="application_grant_plus_own"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(submitted_at__lt=F("deadline_at")),
                name="application_in_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"])
                | (Q(submitted_at__isnull=False) & Q(receipt_no__isnull=False) & Q(submitted_by__isnull=False)),
                name="application_submitted_has_receipt",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "status"], name="application_round_status"),
            models.Index(fields=["status", "-submitted_at"], name="application_status_submitted"),
            models.Index(fields=["-submitted_at", "-id"], name="application_submitted"),
            models.Index(fields=["company"], name="application_company"),
        ]
        permissions = [
            ("edit_application", "Prepare an application"),
            ("submit_application", "Certify and submit an application"),
            ("withdraw_application", "Withdraw an application"),
            ("check_application", "Check eligibility"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    @cached_property
    def questions(self) -> Sequence[Question]:
        """The call's own questions, of the policy version that the application was made under; of a draft, the newest."""
        version = self.policy_version or self.round.policy_version()
        return parse_questions(version.body.get("questions", ())) if version else ()

    def get_absolute_url(self) -> str:
        return f"/applications/{self.ref}/"

    def __str__(self) -> str:
        return self.title or self.receipt_no or self.ref


class ApplicationSection(Row):
    """One section's answers, saved as typed; its own version lets two colleagues write side by side."""

    REF_PREFIX = "sec"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="sections")
    key = models.CharField(max_length=20, choices=rules.SectionKey.choices())
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=rules.SectionState.choices(), default="NOT_STARTED")
    updated_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("application section")
        verbose_name_plural = _("application sections")
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="section_once")]


class ApplicationMatch(models.Model):
    """The matches (quotes chosen, both sides confirmed) that an application stands on: one or many."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="application_matches")
    match = models.ForeignKey("vouchers.Match", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("application's match")
        verbose_name_plural = _("application's matches")
        constraints = [models.UniqueConstraint(fields=["application", "match"], name="application_match_once")]


class ApplicationDocument(models.Model):
    """A file of an application by kind; replacing keeps the older row, `current` marks the one that counts."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="application_documents")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("application's document")
        verbose_name_plural = _("application's documents")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"], condition=Q(current=True), name="application_document_current"
            )
        ]

    @property
    def label(self) -> str:
        """The kind in the reader's language; of an answer, the label of its question."""
        return _kind_label(self.application, self.kind)


def _kind_label(application: Application, kind: str) -> str:
    if is_question(kind):
        return next((str(one.label) for one in application.questions if one.key == kind), kind)
    return str(rules.document_label(kind))


class SectionCommentQuerySet(models.QuerySet["SectionComment"]):
    def visible_to(self, user: Any) -> "SectionCommentQuerySet":
        """The company's own people, nobody else: neither officials nor evaluators nor who sees every case."""
        return self.filter(application__company__organisation_id__in=accounts.organisation_ids_of(user))


class SectionComment(Row):
    """What colleagues say to each other about a section. It is no part of the application and never leaves the company."""

    REF_PREFIX = "cmt"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="section_comments")
    section = models.CharField(max_length=20, choices=rules.SectionKey.choices())
    text = models.TextField()
    written_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = SectionCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment of a colleague")
        verbose_name_plural = _("comments of colleagues")
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="section_comment_resolved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="section_comment_says_something"),
        ]


class SupplementItem(Row):
    """What an officer asks about one question, or one kind of file, in a supplement request; the answer of then and of now.

    field: name of the question in its section; in documents the kind. alone: the rest of the section stays closed. before,
    after: the stored answer, of a file {"name", "sha256"}. closed_at: it was supplied, or the check went on without it.
    """

    REF_PREFIX = "spi"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="supplement_items")
    section = models.CharField(max_length=20, choices=rules.SectionKey.choices())
    field = models.CharField(max_length=60)
    sentence = models.TextField()
    alone = models.BooleanField(default=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    supplied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    @property
    def label(self) -> Any:
        """The question in the reader's language: one of the form's own, a kind of file, or one of the call's."""
        if is_question(self.field):
            return next((one.label for one in self.application.questions if one.key == self.field), self.field)
        return rules.question_label(self.section, self.field)

    class Meta:
        verbose_name = _("question of a supplement request")
        verbose_name_plural = _("questions of supplement requests")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "section", "field"], condition=Q(closed_at__isnull=True), name="supplement_item_open_once"
            ),
            models.CheckConstraint(
                condition=Q(supplied_at__isnull=True) | Q(closed_at=F("supplied_at")), name="supplement_item_supplied_is_closed"
            ),
            models.CheckConstraint(condition=~Q(sentence=""), name="supplement_item_says_something"),
        ]


class BlindDocument(models.Model):
    """The version of a file that does not name the applicant, for a blind review; evaluators get it instead of the original."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="blind_documents")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("blind version of a file")
        verbose_name_plural = _("blind versions of files")
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], condition=Q(current=True), name="blind_document_current")
        ]

    @property
    def label(self) -> str:
        """The kind in the reader's language; of an answer, the label of its question."""
        return _kind_label(self.application, self.kind)

    def __str__(self) -> str:
        return self.label


class Certification(Row):
    """A representative certifies the application; joint representatives each do."""

    REF_PREFIX = "cer"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="certifications")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="certification_once")]


class EligibilityCheck(Row):
    """One rule's verdict on one application; an officer's own verdict carries a name and a reason."""

    REF_PREFIX = "elg"

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="eligibility_checks", verbose_name=_("Application")
    )
    rule = models.CharField(_("Rule"), max_length=40)
    rule_version = models.CharField(_("Version of the rule"), max_length=10)
    verdict = models.CharField(_("Verdict"), max_length=12, choices=rules.Verdict.choices())
    reason_ko = models.TextField(_("Reason (Korean)"))
    reason_en = models.TextField(_("Reason (English)"))
    fact = models.JSONField(default=dict)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Judged by")
    )

    class Meta:
        verbose_name = _("eligibility finding")
        verbose_name_plural = _("eligibility findings")
        constraints = [models.UniqueConstraint(fields=["application", "rule"], name="eligibility_rule_once")]

    def organisation_ids(self) -> set[int]:
        return self.application.organisation_ids()

    def __str__(self) -> str:
        return str(rules.Rule(self.rule).label)


class CheckBatchQuerySet(models.QuerySet["CheckBatch"]):
    def visible_to(self, user: Any) -> "CheckBatchQuerySet":
        """Those who see every case."""
        return self if accounts.sees_all(user) else self.none()


class CheckBatch(Row):
    """One verb for many applications, taken one by one; its lines say what was done, what not and why. round: None for
    applications that were ticked in a list of several rounds."""

    REF_PREFIX = "chb"

    kind = models.CharField(_("What is done"), max_length=14, choices=rules.BatchKind.choices())
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Round"))
    started_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Begun by"))
    finished_at = models.DateTimeField(_("Finished at"), null=True)

    objects = CheckBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("eligibility check of many")
        verbose_name_plural = _("eligibility checks of many")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "kind"],
                condition=Q(finished_at__isnull=True, round__isnull=False),
                name="check_batch_one_running",
            )
        ]

    def __str__(self) -> str:
        return str(rules.BatchKind(self.kind).label)


class CheckBatchLine(models.Model):
    """One application of a batch. reason: why it was not done, in both languages."""

    batch = models.ForeignKey(CheckBatch, on_delete=models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=rules.LineOutcome.choices(), default="WAITING")
    reason_ko = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("application of a batch")
        verbose_name_plural = _("applications of a batch")
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="check_batch_line_once"),
            models.CheckConstraint(
                condition=Q(outcome="SKIPPED") ^ Q(reason_ko="", reason_en=""), name="check_batch_line_skipped_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["batch"], condition=Q(outcome="WAITING"), name="check_batch_line_waiting")]
