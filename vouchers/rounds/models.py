"""Rounds, tracks, criteria and the policy that is frozen at the announcement."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.rounds import rules


class RoundQuerySet(models.QuerySet["Round"]):
    def announced(self) -> "RoundQuerySet":
        """What the public may see."""
        return self.exclude(status__in=["DRAFT", "REVIEW"])

    def counted(self) -> "RoundQuerySet":
        """Rounds of statistics: never rehearsals; the demo's rounds only in a demo."""
        from django.conf import settings

        hidden = ["REHEARSAL"] if settings.DEMO else ["REHEARSAL", "DEMO"]
        return self.exclude(kind__in=hidden)

    def in_phase(self, phase: str, now: datetime) -> "RoundQuerySet":
        """Rounds that people see in `phase` (rules.Phase) at `now`; mirrors rules.phase."""
        if phase == rules.Phase.ANNOUNCED:
            return self.filter(status="ANNOUNCED", opens_at__gt=now)
        if phase == rules.Phase.OPEN:
            return self.open_at(now)
        if phase == rules.Phase.CLOSED:
            return self.filter(status="ANNOUNCED", closes_at__lte=now)
        return self.filter(status=phase)

    def open_at(self, now: datetime) -> "RoundQuerySet":
        return self.filter(status="ANNOUNCED", opens_at__lte=now, closes_at__gt=now)


class Round(Row):
    """A call and what follows it. closes_at is exclusive. Nullable facts are facts that nobody published."""

    REF_PREFIX = "rnd"

    key = models.SlugField(_("Key"), unique=True, max_length=60)
    kind = models.CharField(_("Kind"), max_length=10, choices=rules.RoundKind.choices(), default="LIVE")
    programme = models.CharField(max_length=40, default="MEDICAL_AI_DATA_VOUCHER")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title_ko = models.CharField(_("Title (Korean)"), max_length=160)
    title_en = models.CharField(_("Title (English)"), max_length=160)
    summary_ko = models.TextField(_("Summary (Korean)"), blank=True)
    summary_en = models.TextField(_("Summary (English)"), blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("Fiscal year"))
    status = models.CharField(_("State"), max_length=12, choices=rules.RoundStatus.choices(), default="DRAFT")
    match_timing = models.CharField(
        _("Match timing"), max_length=20, choices=rules.MatchTiming.choices(), default="BEFORE_SUBMISSION"
    )
    announced_on = models.DateField(_("Announced on"), null=True, blank=True)
    opens_at = models.DateTimeField(_("Opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("Closes"), null=True, blank=True)
    budget_won = WonField(_("Budget (won)"), null=True, blank=True)
    project_start_on = models.DateField(_("Projects start"), null=True, blank=True)
    project_end_on = models.DateField(_("Projects end"), null=True, blank=True)
    is_reference = models.BooleanField(default=False, editable=False)  # a past real round: facts only, no process
    reference = models.JSONField(default=dict, editable=False)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    announced_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    late_until = models.DateTimeField(null=True, editable=False)  # until when applications let somebody hand in late, if anybody
    rehearsed_in = models.OneToOneField(  # of a live round: the rehearsal whose rules it has
        "self", on_delete=models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("Rehearsed in")
    )
    promotion_asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    promoted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    newest_policy: "PolicyVersion | None" = None  # where it was read along with the row

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="round_window_order",
                violation_error_message=_("The call must open before it closes."),
            ),
            models.CheckConstraint(
                condition=Q(announced_by__isnull=True) | Q(created_by__isnull=True) | ~Q(announced_by=F("created_by")),
                name="round_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(is_reference=True)
                | Q(status__in=["DRAFT", "REVIEW", "CANCELLED"])
                | (Q(opens_at__isnull=False) & Q(closes_at__isnull=False) & Q(budget_won__isnull=False)),
                name="round_announced_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(kind="REHEARSAL") | Q(title_ko__startswith=rules.MARK_KO) & Q(title_en__startswith=rules.MARK_EN),
                name="round_rehearsal_is_marked",
            ),
            models.CheckConstraint(
                condition=Q(promoted_by__isnull=True)
                | (Q(promotion_asked_by__isnull=False) & ~Q(promoted_by=F("promotion_asked_by"))),
                name="round_promoted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(promotion_asked_by__isnull=True) | Q(kind="REHEARSAL"), name="round_rehearsal_promoted"
            ),
            models.CheckConstraint(condition=Q(rehearsed_in__isnull=True) | Q(kind="LIVE"), name="round_rehearsed_is_live"),
        ]
        indexes = [models.Index(fields=["status", "closes_at"], name="round_status_closes")]
        permissions = [
            ("manage_round", "Prepare a round"),
            ("announce_round", "Announce a round"),
        ]

    @property
    def phase(self) -> rules.Phase:
        return rules.phase(self.status, self.opens_at, self.closes_at, clock.now())

    @property
    def first_day(self) -> date | None:
        """The first day of the call in Korea: reference rounds know days, not hours."""
        return clock.to_kst(self.opens_at).date() if self.opens_at else None

    @property
    def is_demo(self) -> bool:
        return self.kind == rules.RoundKind.DEMO

    @property
    def is_rehearsal(self) -> bool:
        return self.kind == rules.RoundKind.REHEARSAL

    @property
    def timing(self) -> str:
        """When matches are due (rules.MatchTiming)."""
        return rules.timing(self.kind, self.match_timing)

    def policy_version(self) -> "PolicyVersion | None":
        """The newest policy version."""
        return self.newest_policy or self.policy_versions.order_by("-number").first()

    def policy(self) -> rules.Policy:
        """The newest policy, parsed. Raises PolicyVersion.DoesNotExist for a reference round."""
        found = self.policy_version()
        if found is None:
            raise PolicyVersion.DoesNotExist
        return found.parsed()

    def days(self, step: str) -> int:
        """Working days of a step (TARGET_STEPS): of the newest policy, else the programme's usual ones."""
        found = self.policy_version()
        return found.parsed().days(step) if found is not None else rules.TARGET_STEPS[step]

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "title")


class Track(Row):
    """Large, medium, small: a ceiling in won and a number of slots."""

    REF_PREFIX = "trk"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="tracks")
    key = models.CharField(_("Key"), max_length=20)
    name_ko = models.CharField(_("Name (Korean)"), max_length=60)
    name_en = models.CharField(_("Name (English)"), max_length=60)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    cap_won = WonField(_("Ceiling (won)"), null=True, blank=True)
    slots = models.PositiveSmallIntegerField(_("Slots"), null=True, blank=True)
    task_price_won = WonField(_("Task price (won)"), null=True, blank=True)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="track_key_once")]

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "name")


class PolicyVersion(Row):
    """The rules of a round as data; frozen (trigger) once the round is announced. body: see rules.Policy."""

    REF_PREFIX = "pol"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="policy_versions")
    number = models.PositiveSmallIntegerField(_("Number"))
    body = models.JSONField(default=dict)
    reason = models.TextField(_("Reason"), blank=True)
    frozen_at = models.DateTimeField(_("Frozen at"), null=True, editable=False)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="policy_number_once")]

    def parsed(self) -> rules.Policy:
        """Its body as rules; that of a frozen one, which nobody changes any more, is kept by the process and not even read."""
        if self.frozen_at is None:
            return rules.parse_policy(self.body)
        key = (self.ref, self.version)
        found = _frozen.get(key)
        if found is None:  # other threads may read, fill and clear it meanwhile
            if len(_frozen) >= MOST_KEPT:
                _frozen.clear()
            found = _frozen[key] = rules.parse_policy(self.body)
        return found

    def __str__(self) -> str:
        return f"{self.round.key} v{self.number}"


MOST_KEPT = 200
_frozen: dict[tuple[str, int], rules.Policy] = {}


class Criterion(Row):
    """What evaluators score, 0–100 points each; weights of a round sum to 100 (trigger at announcement).

    stage: what it is scored by. One of the presentation has points only once that was held or missed (trigger on scores).
    """

    REF_PREFIX = "cri"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="criteria")
    key = models.CharField(_("Key"), max_length=30)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    name_ko = models.CharField(_("Name (Korean)"), max_length=100)
    name_en = models.CharField(_("Name (English)"), max_length=100)
    guidance_ko = models.TextField(_("Guidance (Korean)"), blank=True)
    guidance_en = models.TextField(_("Guidance (English)"), blank=True)
    stage = models.CharField(
        _("Scored by"), max_length=12, choices=[(one.value, one.label) for one in rules.SCORED_STAGES],
        default=rules.EvaluationStage.DOCUMENT.value,
    )  # fmt: skip
    weight = models.PositiveSmallIntegerField(_("Weight"))

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["stage", "position", "id"]  # what is scored by the documents first
        constraints = [
            models.UniqueConstraint(fields=["round", "key"], name="criterion_key_once"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="criterion_weight_range"),
            models.CheckConstraint(condition=Q(stage__in=["DOCUMENT", "PRESENTATION"]), name="criterion_stage_known"),
        ]

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "name")


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def visible_to(self, user: Any) -> "InquiryQuerySet":
        """With the name of who asked: officers who answer, those who see every case, and the organisation that asked."""
        if accounts.sees_all(user) or user.has_perm("vouchers.answer_inquiry"):
            return self
        return self.filter(organisation_id__in=accounts.organisation_ids_of(user))

    def answered(self) -> "InquiryQuerySet":
        """What everybody reads; never with who asked."""
        return self.filter(status=rules.InquiryStatus.ANSWERED)


class Inquiry(Row):
    """A question about a call (질의). asked: as typed, seen by its organisation and officers; question, answer: as published.

    Frozen once answered or set aside; asked and answered only between announcement and close (trigger).
    """

    REF_PREFIX = "inq"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, verbose_name=_("Round"), related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, verbose_name=_("Organisation"), related_name="+"
    )
    asked = models.TextField(_("Question as asked"), max_length=rules.INQUIRY_LENGTH)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Asked by"), related_name="+")
    asked_at = models.DateTimeField(_("Asked at"))
    status = models.CharField(_("State"), max_length=10, choices=rules.InquiryStatus.choices(), default="ASKED")
    question_ko = models.TextField(_("Question as published (Korean)"), blank=True)
    question_en = models.TextField(_("Question as published (English)"), blank=True)
    answer_ko = models.TextField(_("Answer (Korean)"), blank=True)
    answer_en = models.TextField(_("Answer (English)"), blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, verbose_name=_("Answered by"), null=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("Answered at"), null=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a call")
        verbose_name_plural = _("questions about calls")
        indexes = [models.Index(fields=["round", "status"], name="inquiry_round_status")]
        permissions = [("ask_inquiry", "Ask about a call"), ("answer_inquiry", "Answer questions about a call")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="ASKED", answered_at__isnull=True)
                | Q(status="SET_ASIDE", answered_at__isnull=False, answered_by__isnull=False) & ~Q(reason="")
                | Q(status="ANSWERED", answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(question_ko="") & ~Q(question_en="") & ~Q(answer_ko="") & ~Q(answer_en=""),
                name="inquiry_answer_whole",
            ),
        ]  # fmt: skip

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}


class Amendment(Row):
    """A change of an announced call (변경공고), numbered within its round. changes: see rules.amended. Append-only (trigger).

    policy_number: the policy version that it made, if any. told_at: when applicants had been told, set once.
    """

    REF_PREFIX = "amd"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, verbose_name=_("Round"), related_name="amendments")
    number = models.PositiveSmallIntegerField(_("Number"))
    changes = models.JSONField(_("What changes"), default=list)
    reason_ko = models.TextField(_("Reason (Korean)"))
    reason_en = models.TextField(_("Reason (English)"))
    policy_number = models.PositiveSmallIntegerField(_("Policy version"), null=True)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(_("Amended at"))
    told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="amendment_number_once"),
            models.CheckConstraint(condition=~Q(reason_ko="") & ~Q(reason_en=""), name="amendment_reasons"),
        ]
