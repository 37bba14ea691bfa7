"""Series in the admin: what stands on their public pages, and taking a page down."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.kit.admin import ReasonForm, Verb, VerbAdmin, bilingual
from providers.catalogue import actions
from providers.catalogue.models import DatasetSeries


@admin.register(DatasetSeries)
class DatasetSeriesAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = [bilingual("title", _("Title")), "institution", "withdrawn_at", "key"]
    search_fields: ClassVar[list[str]] = ["key", "title_ko", "title_en"]
    list_select_related: ClassVar[list[str]] = ["institution"]
    fields: ClassVar[list[str]] = [
        "key", "title_ko", "title_en", "description_ko", "description_en", "institution", "source", "withdrawn_at", "withdrawn_why",
        "updated_at",
    ]  # fmt: skip
    readonly_fields = fields
    verbs = (
        Verb(
            "withdraw",
            _("Take the page down"),
            lambda pk, by, reason: actions.withdraw_series(series_id=pk, reason=reason, by=by),
            "providers.check_dataset",
            lambda row: row.is_up,
            form=ReasonForm,
            consequence=lambda row: _(
                "Nobody finds the page any more; its datasets stay public. The institution reads the reason."
            ),
            danger=True,
        ),
        Verb(
            "restore",
            _("Make the page public again"),
            lambda pk, by: actions.restore_series(series_id=pk, by=by),
            "providers.check_dataset",
            lambda row: not row.is_up,
            consequence=lambda row: _("Everybody finds it again as soon as a release is published."),
        ),
    )
