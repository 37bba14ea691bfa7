"""What may be published, and when. Source: domain.md §3 (required metadata) and §6.7."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class Publication(Codes):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    METADATA_CHECK = "METADATA_CHECK", _("Metadata check")
    PUBLISHED = "PUBLISHED", _("Published")
    PAUSED = "PAUSED", _("Paused")
    RETIRED = "RETIRED", _("Retired")


PUBLICATION_MOVES = {
    ("DRAFT", "submit"): "SUBMITTED",
    ("SUBMITTED", "start_check"): "METADATA_CHECK",
    ("METADATA_CHECK", "publish"): "PUBLISHED",
    ("METADATA_CHECK", "return"): "DRAFT",
    ("PUBLISHED", "pause"): "PAUSED",
    ("PAUSED", "resume"): "PUBLISHED",
    ("DRAFT", "retire"): "RETIRED",
    ("PUBLISHED", "retire"): "RETIRED",
    ("PAUSED", "retire"): "RETIRED",
}
LIFECYCLE = Lifecycle(name="dataset", states=Publication, initial=Publication.DRAFT, moves=PUBLICATION_MOVES)

REQUIRED = (
    "title_ko",
    "title_en",
    "description_ko",
    "description_en",
    "access_rights",
    "health_category",
    "language",
    "source",
)


def missing_metadata(values: Mapping[str, Any]) -> list[str]:
    """Fields that a dataset needs before it can be published (the union of the Korean draft and the European profile)."""
    return [name for name in REQUIRED if not values.get(name)]
