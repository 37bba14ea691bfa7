"""Evaluators, scores, the selection run and its awards."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit import prepared
from portal.kit.clock import to_kst
from portal.kit.models import Row
from portal.kit.won import WonField
from portal.kit.words import day
from vouchers.evaluation import rules
from vouchers.rounds.rules import Penalty

# By hand, since every list of assignments asks it: composing the same by the ORM took longer than the rest of the page.
_CLOSED = """
WITH declared AS (SELECT organisation_id FROM vouchers_conflictofinterest WHERE user_id = %(user)s AND ended_on IS NULL)
SELECT application_id FROM vouchers_caseconflict WHERE user_id = %(user)s AND ended_at IS NULL
UNION SELECT a.id FROM vouchers_application a JOIN vouchers_company c ON c.id = a.company_id
  WHERE c.organisation_id IN (SELECT organisation_id FROM declared)
UNION SELECT m.application_id FROM vouchers_applicationmatch m JOIN vouchers_match x ON x.id = m.match_id
  JOIN providers_institution i ON i.id = x.institution_id WHERE i.organisation_id IN (SELECT organisation_id FROM declared)
"""


def cases_closed_to(user_id: int | None) -> list[int]:
    """Ids of the applications with which a conflict of this person stands. One query."""
    return [row[0] for row in prepared.rows(_CLOSED, {"user": user_id})]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: Any, closed: Collection[int] | None = None) -> "AssignmentQuerySet":
        """An evaluator's own; officers see all. Applicants never, and nobody while a conflict with the case stands.

        A declared conflict with the company or with a provider counts from that moment, before the sweep keeps its row.
        closed: what `cases_closed_to` has just said, else it is asked.
        """
        closed = cases_closed_to(user.pk) if closed is None else closed
        apart = self.exclude(application_id__in=closed) if closed else self
        if accounts.sees_all(user):
            return apart
        return apart.filter(evaluator_id=user.pk).exclude(status="RECUSED")

    def handed_in(self) -> "AssignmentQuerySet":
        return self.filter(status__in=rules.HANDED_IN)

    def pending(self) -> "AssignmentQuerySet":
        return self.filter(status__in=rules.PENDING)


WAITING = sorted(str(one) for one in rules.PENDING)  # in one order, so that the migration's words stay the same


class Assignment(Row):
    """One evaluator and one application; the file opens only after the conflict was declared."""

    REF_PREFIX = "asg"

    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    evaluator = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    stage = models.CharField(_("Stage"), max_length=12, choices=rules.Stage.choices(), default="DOCUMENT")
    status = models.CharField(_("State"), max_length=10, choices=rules.AssignmentStatus.choices(), default="INVITED")
    assigned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Assigned by"))
    declared_at = models.DateTimeField(_("Conflict declared"), null=True)
    conflict_ground = models.CharField(_("Ground of the conflict"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("Due"), null=True)
    submitted_at = models.DateTimeField(_("Handed in at"), null=True)
    total = models.DecimalField(_("Weighted total"), max_digits=6, decimal_places=2, null=True)
    comment = models.TextField(_("Overall opinion"), blank=True)
    reason = models.TextField(_("Reason"), blank=True)  # why it was declined or taken back

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation assignment")
        verbose_name_plural = _("evaluation assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "evaluator", "stage"],
                condition=~Q(status__in=["DECLINED", "WITHDRAWN"]),
                name="assignment_once",
            ),
            models.CheckConstraint(condition=~Q(assigned_by=F("evaluator")), name="assignment_not_self"),
            models.CheckConstraint(
                condition=~Q(status__in=["ACCEPTED", "SUBMITTED", "LOCKED"]) | Q(declared_at__isnull=False),
                name="assignment_declared_first",
            ),
        ]
        indexes = [
            models.Index(fields=["evaluator", "status"], name="assignment_evaluator"),
            models.Index(fields=["due_at", "id"], name="assignment_by_due"),
            models.Index(fields=["evaluator", "due_at", "id"], condition=Q(status__in=WAITING), name="assignment_waiting"),
            models.Index(fields=["evaluator", "-updated_at", "-id"], condition=~Q(status__in=WAITING), name="assignment_ended"),
        ]
        permissions = [("score_application", "Score applications"), ("assign_evaluator", "Assign evaluators")]

    def __str__(self) -> str:
        return f"{self.application} · {self.evaluator}"


class Score(Row):
    """0–100 points for one criterion and their reason; points stay empty only while scoring (trigger). Immutable once handed in."""

    REF_PREFIX = "sco"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey("vouchers.Criterion", on_delete=models.PROTECT, related_name="+", verbose_name=_("Criterion"))
    points = models.PositiveSmallIntegerField(_("Points"), null=True)
    comment = models.TextField(_("Reason"), blank=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points__lte=100), name="score_range"),
        ]


class PenaltyRecordQuerySet(models.QuerySet["PenaltyRecord"]):
    def visible_to(self, user: Any) -> "PenaltyRecordQuerySet":
        """Those who see every case, and the company; evaluators never: points are theirs alone to judge."""
        if accounts.sees_all(user):
            return self
        return self.filter(application__company__organisation_id__in=accounts.organisation_ids_of(user))

    def counting(self) -> "PenaltyRecordQuerySet":
        return self.filter(taken_back_at__isnull=True)


class PenaltyRecord(Row):
    """감점: a fact that costs an application points by the policy of its round, with its evidence."""

    REF_PREFIX = "pen"

    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    code = models.CharField(_("Ground"), max_length=16, choices=Penalty.choices())
    evidence = models.TextField(_("Evidence"))
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Recorded by"))
    taken_back_at = models.DateTimeField(_("Taken back"), null=True)
    taken_back_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Taken back by")
    )
    reason = models.TextField(_("Reason"), blank=True)  # why it was taken back

    objects = PenaltyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("penalty")
        verbose_name_plural = _("penalties")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "code"], condition=Q(taken_back_at__isnull=True), name="penalty_counts_once"
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="penalty_has_evidence"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="penalty_taken_back_pair",
            ),
        ]
        permissions = [("record_penalty", "Record a penalty")]

    def organisation_ids(self) -> set[int]:
        return {self.application.company.organisation_id}

    def __str__(self) -> str:
        return f"{self.application} · {self.get_code_display()}"


class SelectionRunQuerySet(models.QuerySet["SelectionRun"]):
    def visible_to(self, user: Any) -> "SelectionRunQuerySet":
        """Ministry, operator and auditor. Applicants see their own outcome on their application, never the run."""
        return self if accounts.sees_all(user) else self.none()


class SelectionRun(Row):
    """One run: ranks and outcomes of every application of a round, dry or proposed; confirmed by somebody else.

    What it was computed from and what it says stand in its SelectionRecord, under the hashes here (trigger). previous, cause:
    of a run after an objection; it drops nobody who was selected or waits, and stays within what is free (trigger).
    """

    REF_PREFIX = "run"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    status = models.CharField(_("State"), max_length=10, choices=rules.RunStatus.choices(), default="PROPOSED")
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Proposed by"))
    confirmed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Confirmed by")
    )
    confirmed_at = models.DateTimeField(_("Confirmed at"), null=True)
    summary = models.JSONField(default=dict)  # budget_won, selected, selected_won, reserve, not_selected
    engine = models.CharField(_("Engine"), max_length=20, blank=True)  # empty: made before runs were kept with their inputs
    policy_number = models.PositiveSmallIntegerField(_("Policy version"), null=True)
    inputs_sha256 = models.CharField(_("SHA-256 of the inputs"), max_length=64, blank=True)
    outputs_sha256 = models.CharField(_("SHA-256 of the outputs"), max_length=64, blank=True)
    reason = models.TextField(_("Reason"), blank=True)  # why it was discarded
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Run after an objection to")
    )
    cause = models.ForeignKey(
        "journal.Event", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Verdict on the objection")
    )

    objects = SelectionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("selection run")
        verbose_name_plural = _("selection runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="selection_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="selection_confirmed_pair",
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(status="CONFIRMED", previous__isnull=True), name="selection_one_first_per_round"
            ),
            models.UniqueConstraint(fields=["previous"], condition=Q(status="CONFIRMED"), name="selection_one_after_another"),
            models.CheckConstraint(
                condition=Q(previous__isnull=True, cause__isnull=True) | Q(previous__isnull=False, cause__isnull=False),
                name="selection_rerun_has_cause",
            ),
            models.UniqueConstraint(fields=["round"], condition=Q(status="PROPOSED"), name="selection_one_open_per_round"),
        ]
        permissions = [
            ("run_selection", "Run a selection dry"),
            ("propose_selection", "Propose a selection"),
            ("confirm_selection", "Confirm a selection"),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {day(to_kst(self.created_at))}"


class SelectionRecord(models.Model):
    """A run's inputs and outputs, canonical JSON, byte for byte as their hashes say. Immutable (trigger)."""

    run = models.OneToOneField(SelectionRun, on_delete=models.PROTECT, related_name="record", primary_key=True)
    inputs = models.TextField()
    outputs = models.TextField()

    class Meta:
        verbose_name = _("selection record")
        verbose_name_plural = _("selection records")

    def __str__(self) -> str:
        return str(self.run)


class SelectionLine(models.Model):
    """One application in a proposed run, immutable. rank: within its track. raw: the mean of the evaluators' totals; score:
    normalised; total = score + bonus - penalty. All with two decimals; raw and total are empty in runs from before the record.
    decides: whether the run decides about it; else it stands as an earlier run decided (in a run after an objection).
    """

    run = models.ForeignKey(SelectionRun, on_delete=models.PROTECT, related_name="lines")
    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    rank = models.PositiveIntegerField(_("Rank"))
    raw = models.DecimalField(_("Mean of the evaluators"), max_digits=6, decimal_places=2, null=True)
    score = models.DecimalField(_("Score"), max_digits=6, decimal_places=2)
    bonus = models.DecimalField(_("Bonus"), max_digits=5, decimal_places=2, default=0)
    penalty = models.DecimalField(_("Penalty"), max_digits=5, decimal_places=2, default=0)
    total = models.DecimalField(_("Total"), max_digits=6, decimal_places=2, null=True)
    ground = models.CharField(_("Ground"), max_length=12, choices=rules.Ground.choices(), blank=True)
    outcome = models.CharField(_("Outcome"), max_length=12, choices=rules.Outcome.choices())
    grant_won = WonField(default=0)
    reserve_no = models.PositiveSmallIntegerField(_("Place on the reserve list"), null=True)
    reason_ko = models.CharField(max_length=500)
    reason_en = models.CharField(max_length=500)
    decides = models.BooleanField(default=True)

    @property
    def points(self) -> Any:
        """What ranked it: the total, in runs from before the record the score."""
        return self.score if self.total is None else self.total

    class Meta:
        verbose_name = _("selection line")
        verbose_name_plural = _("selection lines")
        ordering = ["application__track__position", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["run", "application"], name="selection_line_once"),
            models.CheckConstraint(
                condition=Q(total__isnull=True)
                | Q(total=F("score") + F("bonus") - F("penalty"))
                | Q(total=0, penalty__gte=F("score") + F("bonus")),
                name="selection_line_total",
            ),
        ]

    def __str__(self) -> str:
        return str(self.application)


class SelectionLetterQuerySet(models.QuerySet["SelectionLetter"]):
    def visible_to(self, user: Any) -> "SelectionLetterQuerySet":
        if accounts.sees_all(user):
            return self
        return self.filter(line__application__company__organisation_id__in=accounts.organisation_ids_of(user))


class SelectionLetter(Row):
    """The letter that tells an adverse result, and its service: the remedy's days run from it.

    address: of the day of release, an e-mail address or a postal one. open_until: the remedy's last day, once served. content:
    points, reasons and opinions as they were then (`actions.paper.said_of`); never changed (trigger), {} in letters of before.
    """

    REF_PREFIX = "ltr"

    line = models.OneToOneField(SelectionLine, on_delete=models.PROTECT, related_name="letter", verbose_name=_("selection line"))
    how = models.CharField(_("Service"), max_length=10, choices=rules.Service.choices())
    address = models.CharField(_("Sent to"), max_length=300)
    content = models.JSONField(default=dict, editable=False)
    posted_on = models.DateField(_("Posted on"), null=True)
    tracking_no = models.CharField(_("Number of the registered letter"), max_length=40, blank=True)
    served_on = models.DateField(_("Served on"), null=True)
    open_until = models.DateField(_("Objection possible until"), null=True)
    recorded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Recorded by")
    )

    objects = SelectionLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter of a result")
        verbose_name_plural = _("letters of results")
        constraints = [
            models.CheckConstraint(
                condition=Q(served_on__isnull=True, open_until__isnull=True)
                | Q(served_on__isnull=False, open_until__gt=F("served_on")),
                name="letter_served_pair",
            ),
            models.CheckConstraint(
                condition=Q(how="ELECTRONIC")
                | Q(served_on__isnull=True)
                | Q(posted_on__lte=F("served_on"), recorded_by__isnull=False),
                name="letter_posted_before_served",
            ),
        ]
        permissions = [("serve_letter", "Record the service of letters")]

    def organisation_ids(self) -> set[int]:
        return {self.line.application.company.organisation_id}

    def __str__(self) -> str:
        return str(self.line)


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, user: Any) -> "AwardQuerySet":
        if accounts.sees_all(user):
            return self
        return self.filter(application__company__organisation_id__in=accounts.organisation_ids_of(user))


class Award(Row):
    """The grant given to a selected application, whole won."""

    REF_PREFIX = "awd"

    application = models.OneToOneField(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    run = models.ForeignKey(SelectionRun, on_delete=models.PROTECT, related_name="awards", verbose_name=_("selection run"))
    project_no = models.CharField(_("Project number"), max_length=24, unique=True)
    grant_won = WonField()
    status = models.CharField(_("State"), max_length=16, choices=rules.AwardStatus.choices(), default="NOTIFIED")
    due_at = models.DateTimeField(_("Due"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Answered by")
    )
    decided_at = models.DateTimeField(_("Answered"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [models.CheckConstraint(condition=Q(grant_won__gt=0), name="award_has_grant")]
        indexes = [models.Index(fields=["status", "due_at"], name="award_status_due")]
        permissions = [("accept_award", "Accept or decline an award")]

    def organisation_ids(self) -> set[int]:
        return {self.application.company.organisation_id}

    def __str__(self) -> str:
        return self.project_no
