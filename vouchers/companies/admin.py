"""Officers check registrations, settle claims, decide changes of representative, enter restrictions."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.documents.links import link
from portal.kit.admin import KeptReasonForm, ReadOnlyInline, ReasonForm, Verb, VerbAdmin, in_words
from portal.kit.entering import EnteredAdmin
from portal.kit.words import dash
from portal.templatetags.portal import kst_text
from providers.catalogue import queries as catalogue
from vouchers.companies import actions, queries, rules
from vouchers.companies.forms import CorrectForm, RestrictionForm
from vouchers.companies.models import (
    Company,
    ConflictOfInterest,
    OwnershipDispute,
    RepresentativeChange,
    Restriction,
    SizeCertificate,
)

VERIFY = "vouchers.verify_company"


class CertificateInline(ReadOnlyInline, TabularInline):
    model = SizeCertificate
    fields: ClassVar[list[str]] = ["number", "size", "valid_from", "valid_to"]
    readonly_fields: ClassVar[list[str]] = fields


def _link(company: Company, document: Any) -> Any:
    if document is None:
        return "—"
    return link(document, reverse("companies:file", args=[company.ref, document.ref]), by=None)


def _company_facts(row: Company) -> list[tuple[Any, Any]]:
    return [
        (_("Company"), row),
        (_("Business registration number"), rules.brn_words(row.brn)),
        (_("Opening date"), kst_text(row.opened_on)),
        (_("State of the business"), row.get_tax_status_display()),
        (_("Tax service asked at"), kst_text(row.tax_checked_at)),
        (_("Tax service compared"), row.get_validation_display()),
        (_("Registration certificate"), _link(row, row.registration_file)),
    ]


@admin.register(Company)
class CompanyAdmin(VerbAdmin):
    list_display = ("name", "number", "region_word", "size", "verification", "tax_status", "created_at")
    list_filter = ("verification", "tax_status", "size", in_words("region", _("Region"), partial(catalogue.choices, "region")))
    search_fields = ("name_ko", "name_en", "brn")
    ordering = ("-id",)  # the newest first, by the primary key
    list_only = ("ref", "name_ko", "name_en", "brn", "region", "size", "verification", "tax_status", "created_at")
    inlines = (CertificateInline,)
    fields = (
        "name_ko", "name_en", "number", "corporate_no", "opened_on", "region_word", "address", "size", "sector", "youth_led",
        "joint", "service_email", "verification", "how", "verified_by", "validation", "tax_status",
        "tax_kind", "tax_checked_at", "registration", "restricted",
    )  # fmt: skip
    readonly_fields = fields
    verbs = (
        Verb("verify", _("Verify the registration"), lambda pk, by: actions.verify(company_id=pk, by=by), VERIFY,
             lambda row: rules.LIFECYCLE.can(row.verification, "verify"), facts=_company_facts,
             consequence=lambda row: _("You compared the registration certificate. The company can then apply.")),
        Verb("refuse_registration", _("Refuse the registration"),
             lambda pk, by, reason: actions.refuse_registration(company_id=pk, reason=reason, by=by), VERIFY,
             lambda row: rules.LIFECYCLE.can(row.verification, "refuse_registration"), form=ReasonForm,
             facts=_company_facts, danger=True),
        Verb("correct_identity", _("Correct verified facts"),
             lambda pk, by, **data: actions.correct_identity(company_id=pk, by=by, **data), VERIFY,
             lambda row: row.verification == rules.Verification.VERIFIED, form=CorrectForm, facts=_company_facts),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        if not self._is_list(request):
            found = found.select_related("registration_file", "verified_by")
        return found.annotate(region_name=catalogue.word_of("region", "region"))

    @admin.display(description=_("Company"))
    def name(self, row: Company) -> str:
        return str(row)

    @admin.display(description=_("Business registration number"))
    def number(self, row: Company) -> str:
        return rules.brn_words(row.brn)

    @admin.display(description=_("Led by a founder of 39 years or younger"))
    def youth_led(self, row: Company) -> Any:
        return _("Yes") if row.is_youth_led else _("No")

    @admin.display(description=_("Joint representatives certify together"))
    def joint(self, row: Company) -> Any:
        return _("Yes") if row.joint_representation else _("No")

    @admin.display(description=_("Kind of taxpayer"))
    def tax_kind(self, row: Company) -> Any:
        return rules.TAX_TYPES.get(row.tax_type, row.tax_type) or "—"

    @admin.display(description=_("Verified how"))
    def how(self, row: Company) -> Any:
        return {"TAX_SERVICE": _("Agrees with the tax service"), "OFFICER": _("By an officer")}.get(row.verified_how, "—")

    @admin.display(description=_("Region"), ordering="region")
    def region_word(self, row: Company) -> str:
        return row.region_name or row.region  # type: ignore[attr-defined]

    @admin.display(description=_("Registration certificate"))
    def registration(self, row: Company) -> Any:
        return _link(row, row.registration_file)

    @admin.display(description=_("Restrictions"))
    def restricted(self, row: Company) -> Any:
        lines = [
            f"{one.ground} ({kst_text(one.starts_on)} {dash()} {kst_text(one.ends_on)})" for one in queries.restrictions_of(row)
        ]
        return "; ".join(lines) or _("No restriction")


def _decide(action: Any, name: str, granted: bool) -> Any:
    return lambda pk, by, reason: action(**{name: pk}, granted=granted, reason=reason, by=by)


def _filed(row: Any) -> bool:
    return row.status == rules.RequestStatus.FILED


class _RequestAdmin(VerbAdmin):
    list_display = ("of_company", "status", "created_at", "decided_by")
    list_filter = ("status",)
    list_select_related = ("company", "decided_by")
    ordering = ("-created_at",)

    @admin.display(description=_("Company"))
    def of_company(self, row: Any) -> str:
        return str(row.company)

    @admin.display(description=_("Company"))
    def company_link(self, row: Any) -> Any:
        url = reverse("admin:vouchers_company_change", args=[row.company_id])
        return format_html('<a class="underline" href="{}">{}</a> ({})', url, row.company, rules.brn_words(row.company.brn))

    @admin.display(description=_("File"))
    def paper(self, row: Any) -> Any:
        return _link(row.company, row.document)


def _dispute_facts(row: OwnershipDispute) -> list[tuple[Any, Any]]:
    return [
        (_("Company"), row.company),
        (_("Business registration number"), rules.brn_words(row.company.brn)),
        (_("Claimant"), row.claimant),
        (_("Registration certificate"), _link(row.company, row.document)),
        (_("Statement"), row.statement),
    ]


def _can_be_taken_up(row: OwnershipDispute) -> bool:
    return _filed(row) and row.taken_up_at is None


def _when_rejected(row: OwnershipDispute) -> Any:
    if queries.taken_up_beside(row):
        return _("The company stays disputed: another claim that was taken up is still open.")
    if row.company.verification == rules.Verification.DISPUTED:
        before = rules.Verification(queries.before_dispute(row.company)).label
        return _("The registration has the state again that it had before the claim: %(state)s.") % {"state": before}
    return _("Nothing changes for the company, and its members do not hear of the claim.")


def _leaves(row: RepresentativeChange) -> Any:
    return _("Present representatives leave") if row.former_leaves else _("Stay: joint representatives")


def _change_facts(row: RepresentativeChange) -> list[tuple[Any, Any]]:
    return [
        (_("Company"), row.company),
        (_("New representative"), row.new_representative),
        (_("The present representatives"), _leaves(row)),
        (_("Corporate register extract"), _link(row.company, row.document)),
        (_("What changed"), row.statement),
    ]


@admin.register(OwnershipDispute)
class OwnershipDisputeAdmin(_RequestAdmin):
    fields = ("company_link", "claimant", "statement", "paper", "status", "decided_by", "reason", "created_at")
    readonly_fields = fields
    verbs = (
        Verb("take-up", _("Take up the claim"),
             lambda pk, by, reason: actions.take_up_dispute(dispute_id=pk, reason=reason, by=by), VERIFY, _can_be_taken_up,
             form=ReasonForm, facts=_dispute_facts, danger=True, consequence=lambda row: _(
                 "The company is shown as disputed and its members are told; until you decide, a person checks its applications.")),
        Verb("grant", _("Grant the claim"), _decide(actions.settle_dispute, "dispute_id", True), VERIFY, _filed, facts=_dispute_facts,
             form=ReasonForm, consequence=lambda row: _(
                 "The claimant becomes the only representative; the present ones and everybody whom they let in lose their access at once.")),
        Verb("reject", _("Reject the claim"), _decide(actions.settle_dispute, "dispute_id", False), VERIFY, _filed, facts=_dispute_facts,
             form=ReasonForm, danger=True, consequence=_when_rejected),
    )  # fmt: skip


@admin.register(RepresentativeChange)
class RepresentativeChangeAdmin(_RequestAdmin):
    fields = (
        "company_link",
        "new_representative",
        "leaves",
        "statement",
        "paper",
        "status",
        "decided_by",
        "reason",
        "created_at",
    )
    readonly_fields = fields
    verbs = (
        Verb("grant", _("Approve the change"), _decide(actions.decide_representative_change, "change_id", True), VERIFY, facts=_change_facts, shown=_filed,
             form=ReasonForm, consequence=lambda row: _(
                 "The new representative may certify and sign. Present ones leave when the change says so.")),
        Verb("reject", _("Reject the change"), _decide(actions.decide_representative_change, "change_id", False), VERIFY, facts=_change_facts, shown=_filed,
             form=ReasonForm, danger=True),
    )  # fmt: skip

    @admin.display(description=_("The present representatives"))
    def leaves(self, row: RepresentativeChange) -> Any:
        return _leaves(row)


def _restriction_facts(row: Restriction) -> list[tuple[Any, Any]]:
    return [
        (_("Name"), row.name),
        (_("Business registration number"), rules.brn_words(row.brn) or "—"),
        (_("Corporate registration number"), row.corporate_no or "—"),
        (_("Ground"), row.ground),
        (_("From"), kst_text(row.starts_on)),
        (_("Until"), kst_text(row.ends_on)),
        (_("Entered by"), row.entered_by or "—"),
    ]


@admin.register(Restriction)
class RestrictionAdmin(EnteredAdmin):
    enter_permission = VERIFY
    entry_form = RestrictionForm
    entry_note = _("It counts once another officer has put it in force. One of the two numbers is needed.")
    list_display = ("name", "number", "corporate_no", "ground", "starts_on", "ends_on", "status")
    list_filter = ("status",)
    list_select_related = ("entered_by", "decided_by")
    search_fields = ("name", "brn", "corporate_no")
    ordering = ("-ends_on",)
    fields = readonly_fields = (
        "name", "number", "corporate_no", "person", "ground", "starts_on", "ends_on", "status", "entered_by", "decided_by",
    )  # fmt: skip
    verbs = (
        Verb("confirm", _("Put in force"), lambda pk, by: actions.confirm_restriction(restriction_id=pk, by=by), VERIFY,
             lambda row: rules.RESTRICTION_LIFECYCLE.can(row.status, "confirm_restriction"), facts=_restriction_facts,
             consequence=lambda row: _("From now on it counts: no application of this company is received or found eligible."),
             not_by="entered_by"),
        Verb("reject", _("Strike the entry out"),
             lambda pk, by, reason: actions.reject_restriction(restriction_id=pk, reason=reason, by=by), VERIFY,
             lambda row: rules.RESTRICTION_LIFECYCLE.can(row.status, "reject_restriction"), form=KeptReasonForm, danger=True),
        Verb("end", _("Lift the restriction"),
             lambda pk, by, reason: actions.end_restriction(restriction_id=pk, reason=reason, by=by), VERIFY,
             lambda row: row.status == rules.RestrictionStatus.IN_FORCE, form=KeptReasonForm),
    )  # fmt: skip

    @admin.display(description=_("Representative who is restricted too"))
    def person(self, obj: Restriction) -> Any:
        return _("One, kept as a digest of the name") if obj.person_digest else "—"

    def headline(self, obj: Restriction) -> str:
        return obj.name

    @admin.display(description=_("Business registration number"), ordering="brn")
    def number(self, obj: Restriction) -> str:
        return rules.brn_words(obj.brn) or "—"

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return actions.restrict(by=request.user, **data)


@admin.register(ConflictOfInterest)
class ConflictOfInterestAdmin(EnteredAdmin):
    enter_permission = VERIFY
    list_display = ("user", "organisation", "ground", "created_at", "ended_on")
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "organisation__name_ko", "organisation__name_en")
    ordering = ("-created_at",)
    fields = readonly_fields = ("user", "organisation", "ground")
    verbs = (
        Verb("end", _("End the conflict"),
             lambda pk, by, reason: actions.end_conflict(conflict_id=pk, reason=reason, by=by), VERIFY,
             lambda row: row.ended_on is None, form=KeptReasonForm),
    )  # fmt: skip

    def headline(self, obj: ConflictOfInterest) -> str:
        return f"{obj.user} · {obj.organisation}"

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return actions.declare_conflict(by=request.user, **data)
