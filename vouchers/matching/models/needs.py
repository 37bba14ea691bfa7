"""Need, quote and match. A quote's numbers never change (trigger): a new version is a new row."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.matching.rules import agreeing
from vouchers.matching.rules import stages as rules


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, user: Any) -> "NeedQuerySet":
        """The company's members; those who see every case; providers only through a quote request."""
        if accounts.sees_all(user):
            return self.exclude(status="DRAFT")
        return self.filter(company__organisation_id__in=accounts.organisation_ids_of(user))


class Need(Row):
    """What data a company needs. document: the need document of the contract (codes of the code lists)."""

    REF_PREFIX = "ned"

    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("Short name of the need"), max_length=150)
    document = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=rules.NeedStatus.choices(), default="DRAFT")
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("data need")
        verbose_name_plural = _("data needs")
        indexes = [models.Index(fields=["company", "-created_at"], name="need_company")]
        permissions = [("edit_need", "Describe a data need"), ("request_quote", "Ask for and accept quotes")]

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    def __str__(self) -> str:
        return self.title or self.ref


class MatchFacts(models.Model):
    """A part of what rankings were made from, stored once for all that share it; append-only (trigger).

    body: the code lists; the institutions by key; a part of the market as [dataset's key, number of its version, institution's
    key, facts of its offers, key of the entry above] a dataset; or which datasets of the market were read. sha256: of the body's canonical text.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    body = models.JSONField()

    class Meta:
        verbose_name = _("facts of rankings")
        verbose_name_plural = _("facts of rankings")


class MatchRun(Row):
    """One ranking of datasets and offers for a need, kept as it was shown, with all that it was made from; append-only (trigger).

    document, policy: as the engine read them. facts: ids of MatchFacts: code lists, institutions, each part of the market, and what
    of it was read unless all was; empty for rankings of before. sha256: of the whole answer's canonical text; result keeps the nearest excluded only.
    """

    REF_PREFIX = "mrn"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="match_runs")
    engine_version = models.CharField(max_length=20)
    need_version = models.PositiveIntegerField()
    document = models.JSONField(default=dict)
    policy = models.JSONField(default=dict)
    facts = ArrayField(models.BigIntegerField(), default=list)
    sha256 = models.CharField(max_length=64, blank=True)
    result = models.JSONField()

    class Meta:
        verbose_name = _("matching run")
        verbose_name_plural = _("matching runs")


READING = ("vouchers.read_requests", "vouchers.answer_quote")  # who of an institution reads needs, prices and drafts


class QuoteRequestQuerySet(models.QuerySet["QuoteRequest"]):
    def visible_to(self, user: Any) -> "QuoteRequestQuerySet":
        """The asking company; of the asked institution those who read requests, and whom it names as investigator, as long as they
        belong to it; those who see every case. Never another company."""
        if accounts.sees_all(user):
            return self
        return self.filter(Q(need__company__organisation_id__in=accounts.organisation_ids_of(user)) | self._read_by(user))

    def answered_by(self, user: Any) -> "QuoteRequestQuerySet":
        """As the institution's side sees it."""
        return self.filter(self._read_by(user))

    def _read_by(self, user: Any) -> Q:
        named = QuoteDraft.objects.naming(user).values("request_id")
        return Q(institution__organisation_id__in=accounts.organisation_ids_where(user, *READING)) | Q(pk__in=named)


class QuoteRequest(Row):
    """A company asks one institution for a price."""

    REF_PREFIX = "qrq"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="quote_requests")
    institution = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey("providers.Dataset", on_delete=models.PROTECT, null=True, related_name="+")
    offer = models.ForeignKey("providers.Offer", on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=22, choices=rules.QuoteStatus.choices(), default="SENT")
    message = models.TextField(_("Message to the provider"), blank=True)
    question = models.TextField(_("Question to the company"), blank=True)
    answer = models.TextField(_("Answer"), blank=True)
    reason = models.TextField(blank=True)
    due_at = models.DateTimeField()
    latest_at = models.DateTimeField(null=True)  # the last useful moment for an answer; null: the call does not bound it
    viewed_at = models.DateTimeField(null=True)  # when somebody of the institution first opened it
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    objects = QuoteRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote request")
        verbose_name_plural = _("quote requests")
        constraints = [
            models.UniqueConstraint(
                fields=["need", "institution", "offer", "dataset"],
                condition=Q(status__in=["SENT", "VIEWED", "CLARIFYING", "QUOTED"]),
                nulls_distinct=False,
                name="quote_request_one_live",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["VIEWED", "CLARIFYING"]) | Q(viewed_at__isnull=False), name="quote_request_viewed"
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "status", "due_at"], name="quote_request_institution"),
            models.Index(fields=["status", "due_at"], name="quote_request_due"),
        ]
        permissions = [("answer_quote", "Answer quote requests"), ("read_requests", "Read quote requests to the institution")]

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.need.company.organisation_id, self.institution.organisation_id) if i}

    @property
    def what(self) -> Any:
        """What was asked for: the dataset, or the offer of processing work that needs none."""
        return self.dataset or self.offer

    @property
    def waiting(self) -> bool:
        """The provider has the ball and its clock runs."""
        return self.status in rules.WAITING


class QuoteDraftQuerySet(models.QuerySet["QuoteDraft"]):
    def visible_to(self, user: Any) -> "QuoteDraftQuerySet":
        """Those of the institution who read requests, and the named investigator: neither the company nor who sees every case reads
        what was not sent."""
        reading = accounts.organisation_ids_where(user, *READING)
        return self.filter(Q(request__institution__organisation_id__in=reading) | Q(pk__in=self.naming(user).values("pk")))

    def naming(self, user: Any) -> "QuoteDraftQuerySet":
        """The newest of a request that names this person as investigator, who still belongs to the institution."""
        newer = QuoteDraft.objects.filter(request=OuterRef("request"), number__gt=OuterRef("number"))
        member = accounts.membership_in(OuterRef("request__institution__organisation"), user)
        return QuoteDraft.objects.filter(Exists(member), ~Exists(newer), investigator_user_id=user.pk or 0)


class QuoteDraft(Row):
    """A quote before it leaves: prepared by one, agreed to by the institution's approver and by the principal investigator.

    content: {lines, valid_until, earliest_delivery_on, lead_time_days, access_mode, assumptions} as checked; it never changes, and
    an agreement that was given stays (triggers). token_hash: of the link that was e-mailed to an investigator without an account.
    """

    REF_PREFIX = "qdr"

    request = models.ForeignKey(QuoteRequest, on_delete=models.PROTECT, related_name="drafts")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=agreeing.DraftStatus.choices(), default="PREPARED")
    content = models.JSONField()
    supply_amount_won = WonField()
    vat_won = WonField()
    band_min_won = WonField(null=True)  # of a letter of intent, whose upper bound is the supply amount; null: a quote
    prepared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    investigator_needed = models.BooleanField(default=True)
    investigator_name = models.CharField(_("Principal investigator"), max_length=80, blank=True)
    investigator_email = models.EmailField(blank=True)
    investigator_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    investigator_agreed_at = models.DateTimeField(null=True)
    investigator_agreed_by = models.CharField(max_length=8, choices=agreeing.AgreedBy.choices(), blank=True)
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    token_until = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects = QuoteDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("prepared quote")
        verbose_name_plural = _("prepared quotes")
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="quote_draft_number_once"),
            models.UniqueConstraint(fields=["request"], condition=Q(status="PREPARED"), name="quote_draft_one_waits"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="quote_draft_approved_pair",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")), name="quote_draft_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(investigator_user__isnull=True)
                | ~Q(approved_by=F("investigator_user")),
                name="quote_draft_approver_apart",
            ),
            models.CheckConstraint(
                condition=Q(investigator_agreed_at__isnull=True, investigator_agreed_by="")
                | (Q(investigator_agreed_at__isnull=False) & ~Q(investigator_agreed_by="")),
                name="quote_draft_investigator_pair",
            ),
            models.CheckConstraint(
                condition=Q(investigator_needed=False) | ~Q(investigator_name=""), name="quote_draft_names_investigator"
            ),
            models.CheckConstraint(
                condition=~Q(status="SENT")
                | (Q(approved_at__isnull=False) & (Q(investigator_needed=False) | Q(investigator_agreed_at__isnull=False))),
                name="quote_draft_sent_agreed",
            ),
            models.CheckConstraint(
                condition=Q(band_min_won__isnull=True) | Q(band_min_won__gt=0, band_min_won__lte=F("supply_amount_won")),
                name="quote_draft_band",
            ),
        ]
        permissions = [("approve_quote", "Agree to quotes for the institution")]

    def organisation_ids(self) -> set[int]:
        """Its events are the institution's alone."""
        return {self.request.institution.organisation_id} if self.request.institution.organisation_id else set()


class Quote(Row):
    """A numbered, immutable price. supply_amount_won: what it will not exceed, VAT excluded.

    band_min_won: of a letter of intent, whose band ends with the supply amount; null: a quote.
    """

    REF_PREFIX = "quo"

    request = models.ForeignKey(QuoteRequest, on_delete=models.PROTECT, related_name="quotes")
    number = models.PositiveSmallIntegerField()
    valid_until = models.DateField(_("Valid until"))
    earliest_delivery_on = models.DateField(_("Earliest delivery"), null=True)
    lead_time_days = models.PositiveSmallIntegerField(_("Lead time (working days)"), null=True)
    access_mode = models.CharField(_("Access mode"), max_length=20, blank=True)
    assumptions = models.TextField(_("Assumptions"), blank=True)
    supply_amount_won = WonField()
    vat_won = WonField()
    band_min_won = WonField(null=True)
    quoted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    draft = models.OneToOneField(
        QuoteDraft, on_delete=models.PROTECT, null=True, related_name="quote"
    )  # null: before it was asked
    award_on = models.DateField(null=True)  # the award that it must outlast, as planned when it was sent

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="quote_number_once"),
            models.CheckConstraint(condition=Q(supply_amount_won__gt=0), name="quote_has_price"),
            models.CheckConstraint(
                condition=Q(award_on__isnull=True) | Q(valid_until__gte=F("award_on")), name="quote_reaches_award"
            ),
            models.CheckConstraint(
                condition=Q(band_min_won__isnull=True) | Q(band_min_won__gt=0, band_min_won__lte=F("supply_amount_won")),
                name="quote_band",
            ),
        ]

    def organisation_ids(self) -> set[int]:
        return self.request.organisation_ids()


class QuoteLine(models.Model):
    """One price line. Data holder, contracting party, reviewing board and payee may be four institutions."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=rules.LineKind.choices())
    description = models.CharField(max_length=200)
    unit = models.CharField(max_length=30)
    quantity = models.DecimalField(max_digits=14, decimal_places=2)
    unit_price_won = WonField()
    amount_won = WonField()
    tax_kind = models.CharField(max_length=8, choices=rules.TaxKind.choices())
    data_holder = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    contracting_party = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    reviewing_board = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="quote_line_position"),
            models.CheckConstraint(
                condition=Q(amount_won__lte=F("quantity") * F("unit_price_won"))
                & Q(amount_won__gt=F("quantity") * F("unit_price_won") - 1),
                name="quote_line_arithmetic",
            ),
        ]


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: Any) -> "MatchQuerySet":
        """The company; of the institution those who read requests; those who see every case."""
        if accounts.sees_all(user):
            return self
        mine, reading = accounts.organisation_ids_of(user), accounts.organisation_ids_where(user, *READING)
        return self.filter(Q(need__company__organisation_id__in=mine) | Q(institution__organisation_id__in=reading))

    def confirmed(self) -> "MatchQuerySet":
        return self.filter(status="CONFIRMED")


class Match(Row):
    """매칭확인서: an accepted quote that both sides confirm. It touches no budget.

    final_asked_at: when the award that stands on a letter of intent was accepted. final_quote: what stands for the letter then.
    offered_quote: a final quote whose terms are not those of the letter, until the company decides on it. order_taken_at: when it
    took one order of its offer's capacity; null where that was not limited then.
    """

    REF_PREFIX = "mat"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="matches")
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=rules.MatchStatus.choices(), default="PROPOSED")
    company_confirmed_at = models.DateTimeField(null=True)
    company_confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    provider_confirmed_at = models.DateTimeField(null=True)
    provider_confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    order_taken_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    final_asked_at = models.DateTimeField(null=True)
    final_quote = models.OneToOneField(Quote, on_delete=models.PROTECT, null=True, related_name="+")
    offered_quote = models.OneToOneField(Quote, on_delete=models.PROTECT, null=True, related_name="+")

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="CONFIRMED")
                | (Q(company_confirmed_at__isnull=False) & Q(provider_confirmed_at__isnull=False)),
                name="match_both_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(company_confirmed_at__isnull=True, company_confirmed_by__isnull=True)
                | Q(company_confirmed_at__isnull=False, company_confirmed_by__isnull=False),
                name="match_company_pair",
            ),
            models.CheckConstraint(
                condition=Q(provider_confirmed_at__isnull=True, provider_confirmed_by__isnull=True)
                | Q(provider_confirmed_at__isnull=False, provider_confirmed_by__isnull=False),
                name="match_provider_pair",
            ),
            models.CheckConstraint(
                condition=Q(final_quote__isnull=True) | Q(final_asked_at__isnull=False), name="match_final_was_asked"
            ),
            models.CheckConstraint(
                condition=Q(offered_quote__isnull=True) | Q(final_quote__isnull=True, final_asked_at__isnull=False),
                name="match_offered_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(order_taken_at__isnull=True) | ~Q(status="PROPOSED"), name="match_order_of_confirmed"
            ),
        ]
        permissions = [("confirm_match", "Confirm a match")]

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.need.company.organisation_id, self.institution.organisation_id) if i}
