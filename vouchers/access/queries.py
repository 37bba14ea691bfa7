"""May this provider's data be used; clocks; inboxes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.kit import clock, workdays
from vouchers.access import rules
from vouchers.access.models import AccessCase, AccessRequest, DataReview, EthicsReview, JointReview, SiteParticipation


def allows_use(*, company_id: int, institution_id: int, match_ids: Iterable[int] = ()) -> bool:
    """True when some request of this company at this provider is allowed by both tracks (for these matches if named)."""
    found = AccessRequest.objects.filter(
        case__company_id=company_id,
        institution_id=institution_id,
        ethics__status__in=rules.ETHICS_ALLOWS,
        data_review__status__in=rules.DRB_ALLOWS,
    ).exclude(status__in=["WITHDRAWN", "REFUSED", "DRAFT"])
    ids = list(match_ids)
    return (found.filter(match_id__in=ids) if ids else found).exists()


@dataclass(frozen=True)
class TrackClock:
    """One track's clock: days used of the target, both in working days; running while `running`."""

    track: str
    status: str
    label: Any
    started_at: datetime | None
    due_at: datetime | None
    used_days: int | None
    left_days: int | None
    running: bool
    allows: bool


def clocks(request: AccessRequest) -> tuple[TrackClock, TrackClock]:
    """IRB and DRB side by side."""
    return _clock("IRB", request.ethics), _clock("DRB", request.data_review)


def _clock(track: str, review: EthicsReview | DataReview) -> TrackClock:
    now = clock.now()
    allowed = rules.ETHICS_ALLOWS if track == "IRB" else rules.DRB_ALLOWS
    running = review.started_at is not None and review.closed_at is None
    used = None
    if review.started_at is not None:
        end = review.closed_at or now
        used = workdays.working_days_between(clock.to_kst(review.started_at).date(), clock.to_kst(end).date())
    codes: Any = rules.EthicsStatus if track == "IRB" else rules.DrbStatus
    return TrackClock(
        track=track,
        status=review.status,
        label=codes.word(review.status),
        started_at=review.started_at,
        due_at=review.due_at,
        used_days=used,
        left_days=workdays.left(review.due_at, now) if running and review.due_at else None,
        running=running,
        allows=review.status in allowed,
    )


def requests_for(user: Any) -> QuerySet[AccessRequest]:
    """What this person may see, newest first, everything a list shows in one query."""
    return (
        AccessRequest.objects.visible_to(user)
        .select_related("case", "case__company", "institution", "board", "ethics", "data_review", "case__need")
        .order_by("-created_at", "-id")
    )


def cases_for(user: Any) -> QuerySet[AccessCase]:
    return AccessCase.objects.visible_to(user).select_related("company", "need").order_by("-created_at", "-id")


def joint_of(case: AccessCase) -> JointReview | None:
    """The case's joint review with its sites, or None."""
    return (
        JointReview.objects.select_related("lead", "lead__organisation", "case")
        .prefetch_related("sites__request__institution")
        .filter(case=case)
        .first()
    )


def site_of(request: AccessRequest) -> SiteParticipation | None:
    return SiteParticipation.objects.select_related("joint", "joint__lead").filter(request=request).first()
