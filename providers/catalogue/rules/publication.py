"""What may be published, and when. Source: domain.md §3 (required metadata) and §6.7."""

import re
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


HANGUL = re.compile("[가-힣]")
LIBRARY_NOTE = re.compile(
    r"(?P<tables>\d+) tables, (?P<columns>[\d,]+) columns(?:; last updated (?P<updated>[\d-]+))?\."
    r"(?: About (?P<size>[\d.,]+) GB\.)?(?P<centre> Used at the secure analysis centre \(virtual desktop inside\)\.)?"
)


def library_note_ko(found: re.Match[str]) -> str:
    """The note that stands on every K-CURE hospital collection, in Korean."""
    words = f"테이블 {found['tables']}개, 컬럼 {found['columns']}개"
    words += f", 최종 갱신 {found['updated']}." if found["updated"] else "."
    words += f" 약 {found['size']}GB." if found["size"] else ""
    return words + (" 안심활용센터(내부 가상 데스크톱)에서 이용합니다." if found["centre"] else "")


EVENT_WORDS = {
    "code_list.registered": _("Code list registered"),
    "code_list.revised": _("Code list revised"),
    "dataset.registered": _("Dataset registered"),
    "dataset.revised": _("Dataset revised"),
    "dataset.submitted": _("Dataset submitted"),
    "dataset.check_started": _("Metadata check started"),
    "dataset.published": _("Dataset published"),
    "dataset.returned": _("Dataset sent back"),
    "dataset.paused": _("Dataset paused"),
    "dataset.resumed": _("Dataset published again"),
    "dataset.retired": _("Dataset retired"),
}
