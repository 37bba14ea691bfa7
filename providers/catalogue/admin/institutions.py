"""Institutions in the admin: what they state, who asks to act for them, verification as buttons."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.journal import queries as journal
from portal.kit.admin import ReasonForm, Verb, bilingual, sheet
from portal.templatetags.portal import kst
from providers.catalogue.admin.datasets import CodedAdmin, code_filter
from providers.catalogue.queries import Fact, holders
from providers.institutions import actions as institutions
from providers.institutions import rules as institution_rules
from providers.institutions.forms import ClaimantForm, SupplierForm
from providers.institutions.models import Institution


def _institution_shown(name: str):  # type: ignore[no-untyped-def]
    return lambda row: institution_rules.LIFECYCLE.can(row.status, name)


def _asks(row: Institution) -> list[tuple[Any, Any]]:
    """Who asks, as far as two who ask can be told apart: an organisation that was made for it has the institution's name."""
    if row.claimant is None:
        return []
    record = reverse("admin:accounts_organisation_change", args=[row.claimant.pk])
    link = format_html('<a class="text-primary-700 underline" href="{}">{}</a> · {}', record, row.claimant, row.claimant.ref)
    since = journal.open_duties(row).filter(verb="verify_institution").values_list("opened_at", flat=True).first()
    return [(_("Asks to act for it"), link), (_("Asked on"), kst(since) if since else "")]


class RefusedClaimantForm(ClaimantForm, ReasonForm):
    """With the reason, which the organisation reads."""


@admin.register(Institution)
class InstitutionAdmin(CodedAdmin):
    """Stands here and not in its own room because its codes are told in the words of the code lists."""

    shows_persons = False
    coded: ClassVar[dict[str, str]] = {"institution_type": "institution_type", "region": "region"}
    list_display: ClassVar[list[Any]] = [bilingual("name", _("Name")), "type_shown", "region_shown", "voucher_supplier", "status"]
    list_filter: ClassVar[list[Any]] = [
        "status",
        code_filter("institution_type", "institution_type", _("Institution type")),
        code_filter("region", "region", _("Region")),
        "voucher_supplier",
        "is_demo",
    ]
    search_fields: ClassVar[list[str]] = ["key", "name_ko", "name_en"]
    list_select_related: ClassVar[list[str]] = ["organisation", "claimant"]
    fields: ClassVar[list[str]] = [
        "key",
        "name_ko",
        "name_en",
        "organisation",
        "claimant",
        "status",
        "is_demo",
        "about",
        "origin",
    ]
    readonly_fields = fields

    @admin.display(description=_("Institution type"), ordering="institution_type")
    def type_shown(self, obj: Any) -> str:
        return obj.institution_type_word or obj.institution_type

    @admin.display(description=_("Region"), ordering="region")
    def region_shown(self, obj: Any) -> str:
        return obj.region_word or obj.region or gettext("Not published")

    @admin.display(description=_("About the institution"))
    def about(self, obj: Institution) -> str:
        desk = [Fact(gettext("Contact desk"), holders.desk_words(obj))] if obj.desk_ko else []
        return sheet([*holders.institution_facts(obj)["who"], *desk])

    @admin.display(description=_("Where these facts come from"))
    def origin(self, obj: Institution) -> str:
        return sheet(holders.institution_facts(obj)["origin"])

    verbs = (
        Verb(
            "start_verification",
            _("Start verification"),
            lambda pk, by: institutions.start_verification(institution_id=pk, by=by),
            "providers.manage_institution",
            _institution_shown("start_verification"),
        ),
        Verb(
            "activate",
            _("Make active"),
            lambda pk, by, voucher_supplier: institutions.activate(institution_id=pk, by=by, voucher_supplier=voucher_supplier),
            "providers.manage_institution",
            _institution_shown("activate"),
            form=SupplierForm,
            consequence=lambda row: _("The institution can offer data from now on."),
        ),
        Verb(
            "return",
            _("Send back for completion"),
            lambda pk, by, reason: institutions.return_application(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _institution_shown("return"),
            form=ReasonForm,
        ),
        Verb(
            "confirm_claim",
            _("Let the organisation act for it"),
            lambda pk, by, claimant: institutions.confirm_claim(institution_id=pk, claimant=claimant, by=by),
            "providers.manage_institution",
            lambda row: row.claimant_id is not None,
            form=ClaimantForm,
            facts=_asks,
            consequence=lambda row: _("Its people manage the institution's datasets, offers and quotes from now on."),
        ),
        Verb(
            "refuse_claim",
            _("Refuse the organisation"),
            lambda pk, by, reason, claimant: institutions.refuse_claim(
                institution_id=pk, claimant=claimant, reason=reason, by=by
            ),
            "providers.manage_institution",
            lambda row: row.claimant_id is not None,
            form=RefusedClaimantForm,
            facts=_asks,
            danger=True,
        ),
        Verb(
            "reinstate",
            _("Reinstate"),
            lambda pk, by: institutions.reinstate(institution_id=pk, by=by),
            "providers.manage_institution",
            _institution_shown("reinstate"),
            consequence=lambda row: _("Its offers are found again."),
        ),
        Verb(
            "refuse",
            _("Refuse"),
            lambda pk, by, reason: institutions.refuse(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _institution_shown("refuse"),
            form=ReasonForm,
            danger=True,
        ),
        Verb(
            "suspend",
            _("Suspend"),
            lambda pk, by, reason: institutions.suspend(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _institution_shown("suspend"),
            form=ReasonForm,
            consequence=lambda row: _("Companies no longer find its offers. What was agreed goes on."),
            danger=True,
        ),
        Verb(
            "retire",
            _("Retire"),
            lambda pk, by, reason: institutions.retire(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _institution_shown("retire"),
            form=ReasonForm,
            consequence=lambda row: _("This cannot be undone."),
            danger=True,
        ),
    )
