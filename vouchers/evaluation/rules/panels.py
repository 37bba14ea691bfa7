"""The panel phase: after independent scoring the members of a panel see each other's scores of one application. Pure."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle

BEAT_SECONDS = 30  # a page that is open in front of its reader reports so often
LONGEST_BEAT = 60  # seconds that one report counts at most: a laptop that slept was not read from
LONGEST_READING = 12 * 3600  # seconds after which a page is opened anew before it counts on
LEAST_MEMBERS = 2


class PanelStatus(Codes):
    OPEN = "OPEN", _("Panel is open")
    CLOSED = "CLOSED", _("Panel is closed")


PANEL_LIFECYCLE = Lifecycle(
    "panel_phase", PanelStatus, PanelStatus.OPEN, {(PanelStatus.OPEN, "close_panel"): PanelStatus.CLOSED}
)  # fmt: skip


def hindrance(*, opened: bool, pending: int, handed_in: int, locked: int) -> str:
    """Why the panel of an application cannot open, as a code; "": it can. Counts of its assignments.

    opened: a panel was opened about scores that count still; pending: not handed in yet; handed_in: handed in, of these locked: already in a proposed selection.
    """
    if opened:
        return "panel_opened"
    if pending:
        return "panel_pending"
    if locked:
        return "panel_locked"
    return "" if handed_in >= LEAST_MEMBERS else "panel_too_few"


HINDRANCES = {
    "panel_opened": _("The panel of this application was opened already."),
    "panel_pending": _(
        "Independent scoring comes first: somebody has not handed in yet. Wait for it, or take the assignment back."
    ),
    "panel_locked": _("The scores of this application are locked by a proposed selection."),
    "panel_too_few": _("A panel needs at least two evaluations that were handed in."),
}


def read_since(opened: float, last_beat: float | None, now: float) -> int:
    """Seconds that a report of a page adds. All in seconds of one clock; last_beat: of any page of this reader's file.

    Two windows side by side are not read twice: what another page's report counted already counts no more.
    """
    since = max(opened, last_beat if last_beat is not None else opened)
    return max(0, min(int(now - since), LONGEST_BEAT))
