"""What reviewers decided about objections, read from the journal: the room of objections stands later in time."""

from collections.abc import Iterable
from datetime import datetime

from portal.journal.models import Event
from vouchers.applications.models import Application

UPHELD = ("objection.upheld", "objection.partly_upheld")  # each names the decision that it upholds against, by its hash
INELIGIBLE = "application.found_ineligible"
NOT_CHOSEN = ("application.not_selected", "application.placed_on_reserve")


def upheld_verdict(application: Application, *decisions: str) -> Event | None:
    """The verdict that upheld an objection against the newest of these decisions about the application; None: there is none.

    decisions: names of events.
    """
    newest = Event.objects.filter(subject_ref=application.ref, name__in=decisions).order_by("-seq").first()
    return verdicts_on([newest]).get(newest.hash) if newest is not None else None


def verdicts_on(decisions: Iterable[Event]) -> dict[str, Event]:
    """The decision's hash → the verdict that upheld an objection against it, the newest. One query."""
    hashes = [event.hash for event in decisions]
    found = Event.objects.filter(name__in=UPHELD, data__decision__in=hashes).order_by("id")
    return {str(event.data["decision"]): event for event in found}


def listed_at(application: Application) -> datetime | None:
    """Since when its company stands among those whose applications are looked at: handed in, or taken up again later."""
    again = Event.objects.filter(subject_ref=application.ref, name="application.check_reopened").order_by("-seq").first()
    return again.at if again is not None else application.submitted_at


def hindered_reopening(application: Application) -> bool:
    """Whether the company handed in another application to the same track meanwhile, so that this one cannot live again."""
    others = Application.objects.filter(
        company_id=application.company_id, round_id=application.round_id, track_id=application.track_id
    )
    return others.exclude(pk=application.pk).exclude(status__in=_ENDED).exists()


_ENDED = ("WITHDRAWN", "INELIGIBLE", "NOT_SELECTED", "LAPSED")


def verdict_behind(application: Application) -> Event | None:
    """The verdict by which a decided application was taken up again; None: it never was."""
    taken_up = ("application.check_reopened", "application.reopened")
    event = Event.objects.filter(subject_ref=application.ref, name__in=taken_up).order_by("-seq").first()
    return Event.objects.filter(hash=event.data["verdict"], name__in=UPHELD).first() if event is not None else None
