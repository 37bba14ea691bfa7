"""Institutions in the admin: facts read-only, the lifecycle as buttons."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.kit.admin import ReasonForm, Verb, VerbAdmin, bilingual
from providers.institutions import actions, rules
from providers.institutions.models import Institution


def _shown(name: str):  # type: ignore[no-untyped-def]
    return lambda row: rules.LIFECYCLE.can(row.status, name)


@admin.register(Institution)
class InstitutionAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = [
        bilingual("name", _("Name")),
        "institution_type",
        "region",
        "voucher_supplier",
        "status",
    ]
    list_filter: ClassVar[list[str]] = ["status", "institution_type", "region", "voucher_supplier", "is_demo"]
    search_fields: ClassVar[list[str]] = ["key", "name_ko", "name_en"]
    list_select_related: ClassVar[list[str]] = ["organisation"]
    verbs = (
        Verb(
            "start_verification",
            _("Start verification"),
            lambda pk, by: actions.start_verification(institution_id=pk, by=by),
            "providers.manage_institution",
            _shown("start_verification"),
        ),
        Verb(
            "activate",
            _("Make active"),
            lambda pk, by: actions.activate(institution_id=pk, by=by),
            "providers.manage_institution",
            _shown("activate"),
            consequence=lambda row: _("The institution can offer data from now on."),
        ),
        Verb(
            "reinstate",
            _("Reinstate"),
            lambda pk, by: actions.reinstate(institution_id=pk, by=by),
            "providers.manage_institution",
            _shown("reinstate"),
            consequence=lambda row: _("Its offers are found again."),
        ),
        Verb(
            "refuse",
            _("Refuse"),
            lambda pk, by, reason: actions.refuse(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _shown("refuse"),
            form=ReasonForm,
            danger=True,
        ),
        Verb(
            "suspend",
            _("Suspend"),
            lambda pk, by, reason: actions.suspend(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _shown("suspend"),
            form=ReasonForm,
            consequence=lambda row: _("Companies no longer find its offers. What was agreed goes on."),
            danger=True,
        ),
        Verb(
            "retire",
            _("Retire"),
            lambda pk, by, reason: actions.retire(institution_id=pk, by=by, reason=reason),
            "providers.manage_institution",
            _shown("retire"),
            form=ReasonForm,
            consequence=lambda row: _("This cannot be undone."),
            danger=True,
        ),
    )
