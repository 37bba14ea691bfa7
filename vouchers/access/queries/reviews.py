"""May this provider's data be used; clocks; inboxes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.kit import clock, workdays
from portal.kit.words import pick
from providers.institutions.models import Institution
from vouchers.access import rules
from vouchers.access.models import AccessCase, AccessRequest, JointReview, Review, SiteParticipation
from vouchers.agreements import queries as agreements
from vouchers.matching.models import Match


def allows_use(*, match_ids: Iterable[int]) -> bool:
    """True when both tracks allow the use for every one of these matches (and there is at least one).

    An ethics approval counts until the end of its validity.
    """
    wanted = set(match_ids)
    allowed = (
        AccessRequest.objects.filter(
            match_id__in=wanted, ethics__status__in=rules.ETHICS_ALLOWS, data_review__status__in=rules.DRB_ALLOWS
        )
        .exclude(ethics__valid_to__lt=clock.today())
        .exclude(status__in=["WITHDRAWN", "REFUSED", "DRAFT"])
    )
    return bool(wanted) and wanted <= set(allowed.values_list("match_id", flat=True))


@dataclass(frozen=True)
class TrackClock:
    """One track's clock, in working days without its pauses: used_days of target_days. It runs while `running`; since
    `paused_at` the company has the ball; paused_days: days that it stood in all."""

    track: str
    status: str
    label: Any
    started_at: datetime | None
    due_at: datetime | None
    used_days: int | None
    left_days: int | None
    target_days: int | None
    paused_at: datetime | None
    paused_days: int
    running: bool
    allows: bool


def clocks(request: AccessRequest) -> tuple[TrackClock, TrackClock]:
    """IRB and DRB side by side."""
    ended = request.status in {"REFUSED", "WITHDRAWN"}
    return _clock("IRB", request.ethics, ended), _clock("DRB", request.data_review, ended)


def _clock(track: str, review: Review, ended: bool) -> TrackClock:
    """ended: the whole request was refused or withdrawn; a track without a decision of its own says so."""
    now = clock.now()
    allowed = rules.ETHICS_ALLOWS if track == "IRB" else rules.DRB_ALLOWS
    stood, used, target = review.paused_days, None, None
    running = review.started_at is not None and review.closed_at is None and review.paused_at is None
    if review.paused_at is not None:
        stood += _days_between(review.paused_at, review.closed_at or now)
    if review.started_at is not None:
        used = _days_between(review.started_at, review.closed_at or now) - stood
    if review.started_at is not None and review.due_at is not None:
        target = workdays.left(review.due_at, review.started_at) - review.paused_days
    codes: Any = rules.EthicsStatus if track == "IRB" else rules.DrbStatus
    undecided = ended and review.decided_by_id is None
    return TrackClock(
        track=track,
        status="ENDED" if undecided else review.status,
        label=_("Ended without a decision") if undecided else codes.word(review.status),
        started_at=review.started_at,
        due_at=review.due_at,
        used_days=used,
        left_days=workdays.left(review.due_at, now) if running and review.due_at else None,
        target_days=target,
        paused_at=review.paused_at if review.closed_at is None else None,
        paused_days=stood,
        running=running,
        allows=review.status in allowed,
    )


def _days_between(start: datetime, end: datetime) -> int:
    return workdays.working_days_between(clock.to_kst(start).date(), clock.to_kst(end).date())


def requests_for(user: Any) -> QuerySet[AccessRequest]:
    """What this person may see, newest first, everything a list shows in one query."""
    return (
        AccessRequest.objects.visible_to(user)
        .select_related(
            "case__company__organisation",
            "institution__organisation",
            "board__organisation",
            "ethics__document",
            "data_review__document",
            "ethics__dossier",
            "data_review__dossier",
            "case__need__round",
        )
        .order_by("-created_at", "-id")
    )


def listed(user: Any) -> QuerySet[AccessRequest]:
    """The same requests with what a list shows and no more."""
    clock_columns = ("status", "started_at", "due_at", "closed_at", "paused_at", "paused_days", "decided_by")
    return (
        AccessRequest.objects.visible_to(user)
        .select_related("case__company", "institution", "ethics", "data_review")
        .only(
            "ref",
            "status",
            "case__title",
            "case__company__name_ko",
            "case__company__name_en",
            "institution__name_ko",
            "institution__name_en",
            *(f"{track}__{name}" for track in ("ethics", "data_review") for name in clock_columns),
        )
        .order_by("-created_at", "-id")
    )


def joint_of(case: AccessCase) -> JointReview | None:
    """The case's joint review with its sites, or None."""
    return (
        JointReview.objects.select_related("lead", "lead__organisation", "case")
        .prefetch_related(Prefetch("sites", SiteParticipation.objects.select_related("request__institution").order_by("pk")))
        .filter(case=case)
        .first()
    )


def _site_may_answer(row: AccessRequest, site: SiteParticipation | None) -> bool:
    """Invited, and the joint committee can still be followed."""
    return (
        site is not None
        and site.status == "INVITED"
        and site.joint.status != "REFUSED"
        and row.status in {"SUBMITTED", "SUPPLEMENT", "IN_REVIEW"}
    )


def _site_may_decide(row: AccessRequest, site: SiteParticipation | None) -> bool:
    """Takes part, the joint committee has approved, and this institution's own track waits for exactly that."""
    return (
        site is not None
        and site.status == "JOINED"
        and site.joint.status == "APPROVED"
        and row.data_review.status == "JOINT_PENDING"
        and row.status == "IN_REVIEW"
    )


# step → (permission, whose: company, board or holder; when), in the order of the process: what moves the request on, first
STEPS: dict[str, tuple[str, str, Callable[[AccessRequest, SiteParticipation | None], bool]]] = {
    "submit": ("request_access", "company", lambda r, s: r.status == "DRAFT"),
    "supply": ("request_access", "company", lambda r, s: r.status == "SUPPLEMENT"),
    "start": ("review_request", "board", lambda r, s: r.status == "SUBMITTED"),
    "join-joint": ("decide_drb", "board", _site_may_answer),
    "irb-resubmit": ("request_access", "company", lambda r, s: r.status == "IN_REVIEW" and r.ethics.status == "REVISE"),
    "drb-resubmit": (
        "request_access", "company", lambda r, s: r.status == "IN_REVIEW" and r.data_review.status == "SUPPLEMENT"
    ),
    "irb-confirm": ("decide_ethics", "board", lambda r, s: r.status == "IN_REVIEW" and r.ethics.status == "LETTER_FILED"),
    "irb": ("decide_ethics", "board", lambda r, s: r.status == "IN_REVIEW" and r.ethics.status == "UNDER_REVIEW"),
    "drb-confirm": ("decide_drb", "board", lambda r, s: r.status == "IN_REVIEW" and r.data_review.status == "LETTER_FILED"),
    "drb": (
        "decide_drb", "board",
        lambda r, s: r.status == "IN_REVIEW" and r.data_review.status in {"RECEIVED", "UNDER_REVIEW"},
    ),
    "adopt-joint": ("decide_drb", "board", _site_may_decide),
    "prepare": ("provide_data", "holder", lambda r, s: r.status == "APPROVED"),
    "provide": ("provide_data", "holder", lambda r, s: r.status in {"APPROVED", "PREPARING"}),
    "receipt": ("request_access", "company", lambda r, s: r.status == "PROVISIONED"),
    "supplement": ("review_request", "board", lambda r, s: r.status == "SUBMITTED"),
    "leave-joint": ("decide_drb", "board", _site_may_answer),
    "irb-letter": ("request_access", "company", lambda r, s: r.status == "IN_REVIEW" and r.ethics.status == "UNDER_REVIEW"),
    "drb-letter": ("request_access", "company", lambda r, s: r.status == "IN_REVIEW" and r.data_review.status == "RECEIVED"),
    "object-joint": ("decide_drb", "board", _site_may_decide),
    "irb-refuse": ("decide_ethics", "board", lambda r, s: r.status == "IN_REVIEW" and r.ethics.status == "LETTER_FILED"),
    "drb-refuse": ("decide_drb", "board", lambda r, s: r.status == "IN_REVIEW" and r.data_review.status == "LETTER_FILED"),
    "withdraw": (
        "request_access", "company",
        lambda r, s: r.status in {"DRAFT", "SUBMITTED", "SUPPLEMENT", "IN_REVIEW", "APPROVED"},
    ),
}  # fmt: skip
# never the main button: they send back, leave the usual way or end it
ASIDE = frozenset(
    {"supplement", "leave-joint", "irb-letter", "drb-letter", "object-joint", "irb-refuse", "drb-refuse", "withdraw"}
)


def may_step(user: Any, row: AccessRequest, name: str) -> bool:
    """Whether this person may ever take this step on this request; each action asks again."""
    perm, whose, _when = STEPS[name]
    owner: Any = {
        "company": row.case, "board": row.board.organisation, "holder": row.institution.organisation,
    }[whose]  # fmt: skip
    return owner is not None and bool(user.has_perm(f"vouchers.{perm}", owner))


def what_follows(row: AccessRequest, track: str) -> str:
    """After a board's decision, in words. track: the board that decided, IRB or DRB."""
    mine = row.ethics if track == "IRB" else row.data_review
    if row.status == "APPROVED":
        return str(_("Both boards allow the use now. The provider prepares the data next."))
    if row.status == "REFUSED":
        return str(_("With this the request ends. The company reads the reason."))
    if mine.paused_at is not None:
        return str(_("Its clock stands until the company has revised."))
    return str(_("The data may be provided once the other board allows it too."))


def not_before(row: AccessRequest) -> date | None:
    """The agreement's first day while it lies ahead: the data are provided from that day on."""
    first = agreements.first_day_of(match_id=row.match_id)
    return first if first is not None and clock.today() < first else None


def board_words(row: AccessRequest, site: SiteParticipation | None) -> tuple[str, str]:
    """Which board decided, by track (IRB, DRB), in the reader's language; empty before it did. An institution's own board is
    kept by the institution's name, to which its kind is added here; an outside board is called as its letter calls it."""
    kinds: Any = rules.EthicsKind
    own = row.ethics.kind == rules.EthicsKind.INSTITUTION
    ethics = _board(row.ethics.board_name, row.board, "IRB" if own else str(kinds.word(row.ethics.kind)))
    review, modes = row.data_review, rules.DrbMode
    if review.mode == modes.JOINT and site is not None and review.board_name == site.joint.lead.name_ko:
        return ethics, _board(review.board_name, site.joint.lead, str(modes.word(review.mode)))
    return ethics, _board(
        review.board_name, row.board, "DRB" if review.mode in {modes.INSTITUTION, modes.WAIVED} else str(modes.word(review.mode))
    )


def _board(name: str, institution: Institution, kind: str) -> str:
    return f"{pick(institution, 'name')} {kind}" if name == institution.name_ko else name


def in_joint(row: AccessRequest) -> bool:
    """Whether this institution's DRB track waits for a joint committee that may still decide, or has approved."""
    live = SiteParticipation.objects.filter(request=row, status__in=["INVITED", "JOINED"])
    return live.exclude(joint__status="REFUSED").exists()


def is_open(row: AccessRequest, site: SiteParticipation | None, name: str) -> bool:
    """Whether the request stands where this step makes sense."""
    return STEPS[name][2](row, site)


def open_steps(user: Any, row: AccessRequest, site: SiteParticipation | None) -> list[str]:
    """The steps that this person may take now, in the order of the process, those that end something last."""
    found = [name for name in STEPS if is_open(row, site, name) and may_step(user, row, name)]
    return [name for name in found if name != "provide" or not_before(row) is None]


def main_step(names: Iterable[str]) -> str:
    """Of these steps the one that moves the request on; empty while somebody else has the ball."""
    return next((name for name in names if name not in ASIDE), "")


def next_steps(user: Any, rows: Iterable[AccessRequest], joint: JointReview | None, *, ready: bool) -> dict[int, str]:
    """What moves each institution's part on, if this person has the ball: request id → step. ready: the dossier is complete,
    so a draft may be submitted."""
    sites = {site.request_id: site for site in joint.sites.all()} if joint else {}
    found = {row.pk: main_step(open_steps(user, row, sites.get(row.pk))) for row in rows}
    return {pk: name for pk, name in found.items() if name and (ready or name != "submit")}


def chosen_before(row: AccessRequest) -> dict[str, str]:
    """How the company sent this dossier to another institution last: what it probably wants here too."""
    other = row.case.requests.exclude(pk=row.pk).filter(submitted_at__isnull=False).select_related("ethics", "data_review")
    last = other.order_by("-submitted_at").first()
    if last is None:
        return {}
    return {"ethics_kind": last.ethics.kind, "ethics_route": last.ethics.route, "drb_mode": last.data_review.mode}


def may_propose_joint(case: AccessCase) -> bool:
    """Several institutions, none of whose data reviews has started, and no joint review yet."""
    rows = list(case.requests.exclude(status="WITHDRAWN").select_related("data_review"))
    fresh = all(row.data_review.status == "NOT_STARTED" for row in rows)
    return len(rows) > 1 and fresh and not JointReview.objects.filter(case=case).exists()


def leads(user: Any, joint: JointReview) -> bool:
    """Whether this person decides in the leading committee."""
    owner = joint.lead.organisation
    return owner is not None and bool(user.has_perm("vouchers.decide_drb", owner))


def lead_has_papers(joint: JointReview | None) -> bool:
    """The leading institution found its own papers complete, so the joint review may begin."""
    if joint is None:
        return False
    return joint.sites.filter(request__board_id=joint.lead_id, request__data_review__status="JOINT_PENDING").exists()


def free_matches(user: Any) -> QuerySet[Match]:
    """Confirmed matches of the company that no dossier uses yet."""
    used = AccessRequest.objects.exclude(status="WITHDRAWN").values("match_id")
    mine = Match.objects.visible_to(user).confirmed().exclude(pk__in=used)
    return mine.select_related("institution", "need").order_by("-created_at")


def site_of(request: AccessRequest) -> SiteParticipation | None:
    return SiteParticipation.objects.select_related("joint", "joint__lead").filter(request=request).first()
