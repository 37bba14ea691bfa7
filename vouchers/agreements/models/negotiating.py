"""Comments on the articles while a text is negotiated."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from vouchers.agreements import rules
from vouchers.agreements.models.agreeing import Agreement, AgreementParty, AgreementVersion


class ClauseComment(Row):
    """What a party says about one article (clause: counted from 1) of one version, and what became of it. What was said never
    changes, and an answer is given once (trigger)."""

    REF_PREFIX = "ccm"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="comments", verbose_name=_("agreement"))
    on_version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("Version"))
    clause = models.PositiveSmallIntegerField(_("Article"))
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+", verbose_name=_("Party"))
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Written by"))
    text = models.TextField(_("Comment"))
    status = models.CharField(_("State"), max_length=10, choices=rules.CommentStatus.choices(), default="OPEN")
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Answered by")
    )
    answered_at = models.DateTimeField(_("Answered at"), null=True)
    made_version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("comment on an article")
        verbose_name_plural = _("comments on articles")
        ordering = ["clause", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="OPEN", answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (~Q(status="OPEN") & Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="clause_comment_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="ACCEPTED", made_version__isnull=False) | (~Q(status="ACCEPTED") & Q(made_version__isnull=True)),
                name="clause_comment_accepted_makes_a_version",
            ),
            models.CheckConstraint(condition=Q(clause__gte=1) & ~Q(text=""), name="clause_comment_says_something"),
        ]  # fmt: skip
        permissions = [("comment_clause", "Comment on articles of an agreement")]

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()
