"""The steps of a project as one graph: agreement, reviews, deliveries, payments."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.kit.workdays import working_days_between
from providers.institutions.models import Institution
from vouchers.access import rules as access
from vouchers.access.models import AccessRequest, Review, SiteParticipation
from vouchers.milestones import rules
from vouchers.milestones.models import Milestone
from vouchers.payments.models import Disbursement
from vouchers.payments.queries.plan_facts import Fact, Gathered, day_of, fact

K, T = rules.StepKind, rules.StepState


def facts(at: Gathered) -> list[Fact]:
    """Every step of a project, each after those that it waits for."""
    found = [_contract(at)]
    provided: dict[int, tuple[str, ...]] = {}
    for payee, matches in at.matches.items():
        if not any(row.uses_data for row in at.milestones if row.institution_id == payee) and not any(
            match in at.requests for match in matches
        ):
            continue
        keys = []
        for match, holder in matches.items():
            steps = _reviews(at, match, holder, payee)
            known = {one.step.key for one in found}
            found += [one for one in steps if one.step.key not in known]
            keys.append(steps[-1].step.key)
        provided[payee] = tuple(keys)
    before: dict[int, str] = {}
    done = {one.step.key: one for one in found}
    for row in at.milestones:
        steps = _delivery(at, row, provided.get(row.institution_id, ()) if row.uses_data else (), before, done)
        before[row.institution_id] = steps[0].step.key
        done |= {one.step.key: one for one in steps}
        found += steps
    return found


def _contract(at: Gathered) -> Fact:
    row, day = at.agreement, day_of(at.agreement.activated_at)
    days = 0 if day else at.policy.days("signature")
    step = rules.Step("contract", K.CONTRACT, days)
    return Fact(step, T.DONE if day else T.RUNNING, "PARTIES", done_on=day, url=f"/agreements/{row.ref}/")


def _reviews(at: Gathered, match: int, holder: Institution, payee: int) -> list[Fact]:
    """From the request to the data of one match; the last one is the provision."""
    row = at.requests.get(match)
    site = at.sites.get(row.pk) if row is not None else None
    more: dict[str, Any] = {"about": holder, "payee": payee, "url": f"/access/requests/{row.ref}/" if row is not None else ""}
    handed, waiting = row is not None and row.status != "DRAFT", row is not None and row.status == "SUPPLEMENT"
    begun = row is not None and row.status not in {"DRAFT", "SUBMITTED", "SUPPLEMENT"}
    submitted = day_of(row.submitted_at) if row is not None and handed else None
    asked = fact(at, f"request:{match}", K.REQUEST, "access_request", (), is_done=handed, done=submitted, owner="COMPANY", **more)
    board = row.board if row is not None else holder
    papers = fact(
        at, f"papers:{match}", K.PAPERS, "access_papers", (asked.step.key,), is_done=begun, done=_started(row) if begun else None, begun=submitted, paused=waiting,
        owner=board, **more,
    )  # fmt: skip
    ethics, reviews = _ethics(at, row, match, papers.step.key, {**more, "owner": board}), []
    if site is not None and site.status not in {"OPTED_OUT", "OBJECTED"} and site.joint.status != "REFUSED":
        reviews = _joint(at, site, match, papers.step.key, board, more)
    else:
        reviews = [_drb(at, row, match, papers.step.key, {**more, "owner": board})]
    provided = day_of(row.provided_at) if row is not None else None
    closed = [one.done_on for one in (ethics, reviews[-1]) if one.done_on]
    provision = fact(
        at, f"provision:{match}", K.PROVISION, "provision", ("contract", ethics.step.key, reviews[-1].step.key), done=provided,
        begun=max(closed) if len(closed) > 1 else None, not_before=at.agreement.starts_on, owner=holder,
        usual_days=_usual(holder, "preparation"), **more,
    )  # fmt: skip
    return [asked, papers, ethics, *reviews, provision]


def _started(row: AccessRequest | None) -> date | None:
    """The day on which the papers were complete, so that the reviews began."""
    moments = [one.started_at for one in (row.ethics, row.data_review) if one.started_at] if row is not None else []
    return day_of(min(moments)) if moments else None


def _usual(institution: Institution, step: str) -> int | None:
    figure = institution.measured_days.get(step) or {}
    return figure.get("median")


def _ethics(at: Gathered, row: AccessRequest | None, match: int, after: str, more: Mapping[str, Any]) -> Fact:
    review = row.ethics if row is not None else None
    target = access.ETHICS_STEPS[review.route if review is not None else access.EthicsRoute.EXEMPTION]
    if review is None:
        return fact(at, f"irb:{match}", K.IRB, target, (after,), **more)
    return fact(
        at, f"irb:{match}", K.IRB, target, (after,), is_done=review.status in access.ETHICS_ALLOWS,
        done=day_of(review.closed_at) if review.status in access.ETHICS_ALLOWS else None, begun=day_of(review.started_at),
        stood=_stood(review, at.today), paused=review.paused_at is not None, usual_days=_usual(more["owner"], target), **more,
    )  # fmt: skip


def _stood(review: Review, today: date) -> int:
    """Working days that a review's clock stood, also since it stands now."""
    since = day_of(review.paused_at)
    return review.paused_days + (working_days_between(since, today) if since is not None and since < today else 0)


DRB_TARGETS = {
    "RECOGNISED": "drb_recognised",
    "WAIVED": "drb_recognised",
    "JOINT": "drb_institution",
}  # JOINT: left the joint one


def _drb(at: Gathered, row: AccessRequest | None, match: int, after: str, more: Mapping[str, Any]) -> Fact:
    review = row.data_review if row is not None else None
    if review is None:
        return fact(at, f"drb:{match}", K.DRB, "drb_institution", (after,), **more)
    return fact(
        at, f"drb:{match}", K.DRB, DRB_TARGETS.get(review.mode, "drb_institution"), (after,),
        is_done=review.status in access.DRB_ALLOWS, done=day_of(review.closed_at) if review.status in access.DRB_ALLOWS else None,
        begun=day_of(review.started_at), stood=_stood(review, at.today), paused=review.paused_at is not None,
        usual_days=_usual(more["owner"], "drb"), **more,
    )  # fmt: skip


def _joint(at: Gathered, site: SiteParticipation, match: int, after: str, board: Any, more: Mapping[str, Any]) -> list[Fact]:
    """The joint decision, one for all sites, and its adoption at this one."""
    joint, decided = site.joint, site.joint.status == "APPROVED"
    whole = fact(
        at, f"joint:{joint.pk}", K.JOINT_DRB, "drb_joint", (after,), is_done=decided, done=joint.decided_on if decided else None,
        begun=day_of(joint.started_at), owner=joint.lead, about=joint.lead, url=more["url"],
    )  # fmt: skip
    adopted = site.status in {"ADOPTED", "ADOPTED_WITH_LOCAL_CONDITION"}
    own = fact(
        at, f"adoption:{match}", K.ADOPTION, "site_adoption", (whole.step.key,), is_done=adopted,
        done=day_of(site.decided_at) if adopted else None, begun=joint.decided_on if decided else None, owner=board, **more,
    )  # fmt: skip
    return [whole, own]


def _delivery(
    at: Gathered, row: Milestone, provided: tuple[str, ...], before: Mapping[int, str], done: Mapping[str, Fact]
) -> list[Fact]:
    """A milestone from the work to the money. A provider works at one after the other, in the order of their due days."""
    former = before.get(row.institution_id)
    waits = ("contract", *provided, *((former,) if former else ()))
    ready = [done[key].done_on for key in waits]
    begun = max([*(day for day in ready if day), at.agreement.starts_on]) if all(ready) else None
    more: dict[str, Any] = {"about": row, "payee": row.institution_id, "url": f"/milestones/{row.ref}/"}
    end, handed = rules.Limit.AGREEMENT_END, row.status in rules.DELIVERED
    steps = [
        fact(
            at, f"delivery:{row.pk}", K.DELIVERY, "supplement" if row.status == "REVISION_REQUESTED" else "delivery", waits,
            done=day_of(row.submitted_at) if handed else None, is_done=handed, begun=begun if begun and begun <= at.today else None,
            not_before=at.agreement.starts_on, limit=end, due_on=row.due_on, owner=row.institution, **more,
        ),
        fact(
            at, f"acceptance:{row.pk}", K.ACCEPTANCE, "milestone_acceptance", (f"delivery:{row.pk}",), limit=end, owner="COMPANY",
            done=day_of(row.company_accepted_at) if row.status in {"COMPANY_ACCEPTED", "ACCEPTED"} else None,
            begun=day_of(row.submitted_at) if row.status == "SUBMITTED" else None, **more,
        ),
        fact(
            at, f"check:{row.pk}", K.CHECK, "milestone_acceptance", (f"acceptance:{row.pk}",), limit=end, owner="OPERATOR",
            done=day_of(row.accepted_at), begun=day_of(row.company_accepted_at) if row.status == "COMPANY_ACCEPTED" else None, **more,
        ),
    ]  # fmt: skip
    payment = at.payments.get(row.pk)
    return [
        *steps,
        *(_money(at, row, payment, more) if row.grant_won and (payment is None or payment.status != "CLOSED") else []),
    ]


_PAST = {  # state of a disbursement → how many of its four steps are done
    "RETURNED": 0, "REQUESTED": 1, "COMPANY_CONFIRMED": 2, "EVIDENCE_CHECKED": 3, "APPROVED": 3, "REGISTERED": 3, "FAILED": 3,
    "SENT_BACK": 3, "PAID": 4,
}  # fmt: skip


def _money(at: Gathered, row: Milestone, payment: Disbursement | None, more: dict[str, Any]) -> list[Fact]:
    n = _PAST[payment.status] if payment is not None else 0
    asked, checked, paid = (
        (None, None, None)
        if payment is None
        else (day_of(payment.created_at), day_of(payment.checked_at), day_of(payment.paid_at))
    )  # fmt: skip
    plan = (
        ("claim", K.CLAIM, "disbursement_request", row.institution, asked, day_of(row.accepted_at)),
        ("confirmation", K.CONFIRMATION, "milestone_acceptance", "COMPANY", None, asked),
        ("evidence", K.EVIDENCE, "evidence_check", "OPERATOR", checked, None),
        ("payment", K.PAYMENT, "payment", "OPERATOR", paid, checked),
    )
    found, after = [], f"check:{row.pk}"
    for i, (name, kind, target, owner, done, begun) in enumerate(plan):
        found.append(
            fact(
                at, f"{name}:{row.pk}", kind, target, (after,), is_done=i < n, done=done if i < n else None, begun=begun if i == n else None,
                limit=rules.Limit.YEAR_END, owner=owner, **{**more, "url": f"/payments/{payment.ref}/" if payment else more["url"]},
            )
        )  # fmt: skip
        after = f"{name}:{row.pk}"
    return found
