"""The states of a catalogue entry and of the draft of its next version. Source: domain.md §6.7."""

import re

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

WORKING = (Publication.DRAFT, Publication.SUBMITTED, Publication.METADATA_CHECK)  # never published yet
AVAILABLE = "AVAILABLE"  # the one code of dataset_status that can be applied for and offered
PLANNED = "PLANNED"  # of a release that opens later
SHOWN = (Publication.PUBLISHED, Publication.PAUSED)  # has a published version


class DraftState(Codes):
    """Where the next version of an entry stands; the published one stays as it is meanwhile."""

    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    METADATA_CHECK = "METADATA_CHECK", _("Metadata check")
    PUBLISHED = "PUBLISHED", _("Published")
    DISCARDED = "DISCARDED", _("Discarded")


DRAFT_LIFECYCLE = Lifecycle(
    name="dataset_draft",
    states=DraftState,
    initial=DraftState.DRAFT,
    moves={
        ("DRAFT", "submit"): "SUBMITTED",
        ("SUBMITTED", "start_check"): "METADATA_CHECK",
        ("METADATA_CHECK", "publish"): "PUBLISHED",
        ("METADATA_CHECK", "return"): "DRAFT",
        ("DRAFT", "discard"): "DISCARDED",
    },
)


class Origin(Codes):
    """Who wrote the published entry."""

    SOURCE = "SOURCE", _("Taken over from a public source by the portal")
    HOLDER = "HOLDER", _("Entered by the institution")


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
    "dataset.drafted": _("Draft of a version begun"),
    "dataset.edited": _("Draft saved"),
    "dataset.variables_imported": _("Variables imported"),
    "dataset.discarded": _("Draft discarded"),
    "dataset.confirmed": _("Confirmed as still right"),
    "series.registered": _("Series registered"),
    "series.revised": _("Series revised"),
    "series.withdrawn": _("Series taken down"),
    "series.restored": _("Series public again"),
    "dataset.submitted": _("Dataset submitted"),
    "dataset.check_started": _("Metadata check started"),
    "dataset.published": _("Dataset published"),
    "dataset.returned": _("Dataset sent back"),
    "dataset.paused": _("Dataset paused"),
    "dataset.resumed": _("Dataset published again"),
    "dataset.retired": _("Dataset retired"),
}
