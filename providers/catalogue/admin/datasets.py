"""The catalogue in the admin: facts read-only, publication as buttons."""

from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin, bilingual, in_words, sheet
from providers.catalogue import actions, queries, rules
from providers.catalogue.models import Code, CodeList, Dataset


def _shown(name: str):  # type: ignore[no-untyped-def]
    """The check concerns what is being written, pausing what is published."""
    if name in ("start_check", "publish", "return"):
        return lambda row: rules.DRAFT_LIFECYCLE.can(row.draft_state or "", name)
    return lambda row: rules.LIFECYCLE.can(row.publication, name)


def code_filter(column: str, listed: str, title: Any) -> type[admin.SimpleListFilter]:
    """A filter of the list by a coded column, its choices in the words of a code list."""
    return in_words(column, title, partial(queries.choices, listed))


class CodedAdmin(VerbAdmin):
    """coded: column → code list; the word stands beside each row as `<column>_word`, in the same query."""

    coded: ClassVar[dict[str, str]] = {}

    def get_queryset(self, request: Any) -> Any:
        words = {f"{column}_word": queries.word_of(listed, column) for column, listed in self.coded.items()}
        return super().get_queryset(request).annotate(**words)


@admin.register(Dataset)
class DatasetAdmin(CodedAdmin):
    shows_persons = False
    coded: ClassVar[dict[str, str]] = {"status": "dataset_status", "certainty": "certainty"}
    list_display: ClassVar[list[Any]] = [
        bilingual("title", _("Title")), "institution", "availability", "publication", "certainty_shown", "key",
    ]  # fmt: skip
    list_filter: ClassVar[list[Any]] = [
        "publication",
        code_filter("status", "dataset_status", _("Availability")),
        code_filter("disease_scope", "disease_scope", _("Diseases")),
        code_filter("certainty", "certainty", _("Certainty")),
        "commercial_use_allowed",
    ]
    fields: ClassVar[list[str]] = [
        "next_version", "key", "title_ko", "title_en", "description_ko", "description_en", "institution", "part_of", "availability",
        "publication", "profile", "inside", "allowed", "use", "cost", "origin", "updated_at",
    ]  # fmt: skip
    readonly_fields = fields
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

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(draft_state=queries.draft_state())

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """An entry that was never published is shown as it is being written: its own row says nothing of it yet."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and found.publication in rules.WORKING and found.draft_state:
            queries.written_over(found, queries.entry_of(found).content)
            found.status_word = queries.words("dataset_status")["dataset_status"].get(found.status, "")
        return found

    @admin.display(description=_("Next version"))
    def next_version(self, obj: Any) -> str:
        """What is being written: its state, what its profile lacks, what changes, and the preview."""
        if not obj.draft_state:
            return gettext("None in work")
        entry = queries.entry_of(obj)
        lacking = ", ".join(str(gap.label) for gap in entry.completeness.required)
        rows = [
            queries.Fact(gettext("State"), str(rules.DraftState.word(entry.state))),
            queries.Fact(gettext("Profile"), str(rules.Profile.word(entry.content["profile"]))),
            queries.Fact(gettext("Missing"), lacking or gettext("Nothing that the profile requires is missing.")),
            *(queries.Fact(one.label, f"{one.before or '–'} → {one.after or '–'}") for one in queries.changes_of(entry)),
        ]
        preview = reverse("providers:dataset_preview", args=[obj.key])
        return format_html('{}<p><a href="{}">{}</a></p>', sheet(rows), preview, gettext("Preview as the public will see it"))

    @admin.display(description=_("Availability"), ordering="status")
    def availability(self, obj: Any) -> str:
        return obj.status_word or obj.status

    @admin.display(description=_("Certainty"), ordering="certainty")
    def certainty_shown(self, obj: Any) -> str:
        return obj.certainty_word or gettext("Not published")

    @admin.display(description=_("What is in it?"))
    def inside(self, obj: Dataset) -> str:
        return _facts(obj, "inside")

    @admin.display(description=_("May I use it for a product?"))
    def allowed(self, obj: Dataset) -> str:
        return _facts(obj, "allowed")

    @admin.display(description=_("How do I use it?"))
    def use(self, obj: Dataset) -> str:
        return _facts(obj, "use")

    @admin.display(description=_("What does it cost?"))
    def cost(self, obj: Dataset) -> str:
        return sheet(queries.fees(obj)) or _nothing(obj)

    @admin.display(description=_("Where these facts come from"))
    def origin(self, obj: Dataset) -> str:
        return _facts(obj, "origin")


def _facts(obj: Dataset, section: str) -> str:
    """A part of the fact sheet. Of an entry that was never published nothing is unpublished: it is not written yet."""
    unpublished = gettext("Not published")
    return sheet(
        [replace(one, value=_nothing(obj)) if one.value == unpublished else one for one in queries.fact_sheet(obj)[section]]
    )


def _nothing(obj: Dataset) -> str:
    return gettext("Not written yet") if obj.publication in rules.WORKING else gettext("Not published")


class CodeInline(ReadOnlyInline, TabularInline):
    model = Code
    fields: ClassVar[list[str]] = ["code", "name_ko", "name_en"]
    readonly_fields = fields


@admin.register(CodeList)
class CodeListAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = [bilingual("title", _("Title")), "certainty", "key"]
    search_fields: ClassVar[list[str]] = ["key", "title_ko", "title_en"]
    inlines: ClassVar[list[type]] = [CodeInline]
    fields: ClassVar[list[str]] = ["key", "title_ko", "title_en", "told_note", "source", "certainty"]
    readonly_fields = fields

    @admin.display(description=_("Notes"))
    def told_note(self, obj: CodeList) -> str:
        return queries.says(obj.note) or obj.note or "—"
