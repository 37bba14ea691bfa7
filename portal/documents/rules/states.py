"""States of a file, the types that Korean offices use, and who may open what was not scanned."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class ScanState(Codes):
    QUARANTINED = "QUARANTINED", _("Waiting for the virus scan")
    CLEAN = "CLEAN", _("Scanned, clean")
    UNSCANNED = "UNSCANNED", _("Not scanned")
    INFECTED = "INFECTED", _("Refused by the virus scan")


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


def may_open(state: str, owns: bool) -> bool:
    """owns: the reader uploaded it, or belongs to the organisation whose file it is."""
    return state == ScanState.CLEAN or (state == ScanState.UNSCANNED and owns)
