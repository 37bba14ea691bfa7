"""Imports and harvest sources in the admin: facts read-only, what may be done as buttons; the report stands on its own page."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kit.admin import ReasonForm, Verb, VerbAdmin
from providers.catalogue import actions
from providers.catalogue.models import HarvestSource, ImportRun
from providers.catalogue.queries import imports as queries
from providers.catalogue.rules import importing as rules
from providers.catalogue.rules.reading import sentence


def _shown(name: str):  # type: ignore[no-untyped-def]
    return lambda row: rules.SOURCE_LIFECYCLE.can(row.state, name)


@admin.register(HarvestSource)
class HarvestSourceAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = ["name", "institution", "kind", "state", "failures", "next_at"]
    list_filter: ClassVar[list[Any]] = ["state", "kind"]
    search_fields: ClassVar[list[str]] = ["name", "address", "institution__name_ko", "institution__name_en"]
    list_select_related: ClassVar[list[str]] = ["institution"]
    fields: ClassVar[list[str]] = [
        "name", "institution", "kind", "address", "every_hours", "state", "failures", "next_at", "last_runs", "page",
    ]  # fmt: skip
    readonly_fields = fields
    verbs = (
        Verb(
            "harvest",
            _("Harvest now"),
            lambda pk, by: actions.start_harvest(source_id=pk, by=by),
            "providers.manage_source",
            lambda row: row.state == rules.SourceState.ACTIVE,
        ),
        Verb(
            "resume",
            _("Harvest again"),
            lambda pk, by: actions.resume_source(source_id=pk, by=by),
            "providers.manage_source",
            _shown("resume"),
        ),
        Verb(
            "pause",
            _("Pause the harvest"),
            lambda pk, by: actions.pause_source(source_id=pk, by=by),
            "providers.manage_source",
            _shown("pause"),
        ),
        Verb(
            "retire",
            _("End the harvest"),
            lambda pk, by, reason: actions.retire_source(source_id=pk, by=by, reason=reason),
            "providers.manage_source",
            _shown("retire"),
            form=ReasonForm,
            consequence=lambda row: _("Its entries stay; it is not harvested any more."),
            danger=True,
        ),
    )

    @admin.display(description=_("Last runs"))
    def last_runs(self, obj: HarvestSource) -> str:
        runs = queries.of_source(obj)
        return format_html("{}", ", ".join(f"{run.ref}: {run.get_state_display()}" for run in runs) or gettext("None yet"))

    @admin.display(description=_("Change"))
    def page(self, obj: HarvestSource) -> str:
        return format_html('<a href="{}">{}</a>', reverse("providers:source", args=[obj.ref]), gettext("Change the source"))


@admin.register(ImportRun)
class ImportRunAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = [
        "named",
        "institution",
        "state",
        "created",
        "changed",
        "unchanged",
        "refused",
        "created_at",
    ]
    list_filter: ClassVar[list[Any]] = ["state", "importer"]
    search_fields: ClassVar[list[str]] = ["ref", "source__name", "document__name", "institution__name_ko"]
    list_select_related: ClassVar[list[str]] = ["institution", "source", "document"]
    fields: ClassVar[list[str]] = [
        "named", "importer", "institution", "state", "why", "total", "done", "created", "changed", "unchanged", "refused", "gone",
        "created_at", "ended_at", "report",
    ]  # fmt: skip
    readonly_fields = fields
    verbs = (
        Verb(
            "stop",
            _("Stop the import"),
            lambda pk, by: actions.stop(run_id=pk, by=by),
            "providers.import_catalogue",
            lambda row: queries.is_live(row),
            consequence=lambda row: _("What it wrote until then stays."),
        ),
    )

    @admin.display(description=_("Document or source"))
    def named(self, obj: ImportRun) -> str:
        return queries.name_of(obj)

    @admin.display(description=_("Reason"))
    def why(self, obj: ImportRun) -> str:
        return sentence(obj.reason) if obj.reason else "—"

    @admin.display(description=_("Report"))
    def report(self, obj: ImportRun) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("providers:import", args=[obj.ref]), gettext("What became of the records")
        )
