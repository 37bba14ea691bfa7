"""The catalogue in the admin: facts read-only, publication as buttons."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin, bilingual
from providers.catalogue import actions, rules
from providers.catalogue.models import Code, CodeList, Dataset


def _shown(name: str):  # type: ignore[no-untyped-def]
    return lambda row: rules.LIFECYCLE.can(row.publication, name)


@admin.register(Dataset)
class DatasetAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = ["key", bilingual("title", _("Title")), "institution", "status", "publication", "certainty"]
    list_filter: ClassVar[list[str]] = ["publication", "status", "disease_scope", "certainty", "commercial_use_allowed"]
    search_fields: ClassVar[list[str]] = ["key", "title_ko", "title_en"]
    list_select_related: ClassVar[list[str]] = ["institution"]
    verbs = (
        Verb(
            "start_check",
            _("Start metadata check"),
            lambda pk, by: actions.start_check(dataset_id=pk, by=by),
            "providers.check_dataset",
            _shown("start_check"),
        ),
        Verb(
            "publish",
            _("Publish"),
            lambda pk, by: actions.publish(dataset_id=pk, by=by),
            "providers.check_dataset",
            _shown("publish"),
            consequence=lambda row: _("Everybody finds it in the catalogue."),
        ),
        Verb(
            "return",
            _("Send back"),
            lambda pk, by, reason: actions.return_dataset(dataset_id=pk, by=by, reason=reason),
            "providers.check_dataset",
            _shown("return"),
            form=ReasonForm,
        ),
        Verb(
            "pause",
            _("Pause"),
            lambda pk, by: actions.pause(dataset_id=pk, by=by),
            "providers.pause_dataset",
            _shown("pause"),
            consequence=lambda row: _("It leaves the catalogue and the matching until it is published again."),
        ),
        Verb(
            "resume",
            _("Publish again"),
            lambda pk, by: actions.resume(dataset_id=pk, by=by),
            "providers.pause_dataset",
            _shown("resume"),
        ),
        Verb(
            "retire",
            _("Retire"),
            lambda pk, by, reason: actions.retire(dataset_id=pk, by=by, reason=reason),
            "providers.pause_dataset",
            _shown("retire"),
            form=ReasonForm,
            consequence=lambda row: _("This cannot be undone."),
            danger=True,
        ),
    )


class CodeInline(ReadOnlyInline, TabularInline):
    model = Code
    fields: ClassVar[list[str]] = ["code", "name_ko", "name_en"]
    readonly_fields = fields


@admin.register(CodeList)
class CodeListAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[str]] = ["key", "title_ko", "title_en", "certainty"]
    search_fields: ClassVar[list[str]] = ["key", "title_ko", "title_en"]
    inlines: ClassVar[list[type]] = [CodeInline]
