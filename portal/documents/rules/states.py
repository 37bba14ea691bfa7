"""States of a file, the types that Korean offices use, and who may open what was not scanned."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class ScanState(Codes):
    QUARANTINED = "QUARANTINED", _("Waiting for the virus scan")
    CLEAN = "CLEAN", _("Scanned, clean")
    UNSCANNED = "UNSCANNED", _("Not scanned")
    INFECTED = "INFECTED", _("Refused by the virus scan")


RETRY_DAYS = 30  # how long the removal of an erased file's content is tried again

LIFECYCLE = Lifecycle(
    "document",
    ScanState,
    ScanState.QUARANTINED,
    {
        (ScanState.QUARANTINED, "pass_scan"): ScanState.CLEAN,
        (ScanState.QUARANTINED, "fail_scan"): ScanState.INFECTED,
        (ScanState.QUARANTINED, "skip_scan"): ScanState.UNSCANNED,
        (ScanState.UNSCANNED, "pass_scan"): ScanState.CLEAN,
        (ScanState.UNSCANNED, "fail_scan"): ScanState.INFECTED,
    },
)

# extension → media type that the content must show
TYPES = {
    "pdf": "application/pdf",
    "hwp": "application/x-hwp",
    "hwpx": "application/hwp+zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "zip": "application/zip",
}

CATALOGUES = {  # a catalogue of data, written as text
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "json": "application/json",
    "rdf": "application/rdf+xml",
    "xml": "application/rdf+xml",
}

ANSWERS = {"xml": "application/xml", "xlsx": TYPES["xlsx"]}  # what another machine answered to a file of ours


# state → why nobody, or nobody else, may open the file
_CLOSED: dict[str, Promise | str] = {
    ScanState.QUARANTINED: _("This file is still being checked for viruses. Try again in a few minutes."),
    ScanState.INFECTED: _("The virus scan refused this file. Ask its owner to upload a clean one."),
    ScanState.UNSCANNED: _("This file was not scanned for viruses yet, so only the organisation that uploaded it may open it."),
}


def closed_because(state: str, owns: bool) -> Promise | str:
    """Why this reader may not open a file now, as a whole sentence; empty when they may.

    owns: the reader uploaded it, or belongs to the organisation whose file it is.
    """
    if state == ScanState.CLEAN or (state == ScanState.UNSCANNED and owns):
        return ""
    return _CLOSED[state]


_NOT_TAKEN: dict[str, Promise | str] = {
    ScanState.QUARANTINED: _("“%(name)s” is still being checked for viruses. Try again in a few minutes."),
    ScanState.INFECTED: _("The virus scan refused “%(name)s”. Return it, so that a clean file can be handed in."),
}


def not_taken_because(state: str, scanner: bool) -> Promise | str:
    """Why a file may not be accepted as evidence now, a sentence with %(name)s; empty when it may.

    scanner: one is set up, so a file that was never scanned still waits for it; without one such a file counts.
    """
    if state == ScanState.UNSCANNED and scanner:
        return _NOT_TAKEN[ScanState.QUARANTINED]
    return _NOT_TAKEN.get(state, "")


def may_open(state: str, owns: bool) -> bool:
    return not closed_because(state, owns)
