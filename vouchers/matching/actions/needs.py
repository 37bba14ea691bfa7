"""A company describes what data it needs and sees what fits."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from vouchers.companies.models import Company
from vouchers.matching import notices, queries, rules
from vouchers.matching.actions import sourcing
from vouchers.matching.actions.ending import end_proposals
from vouchers.matching.models import MatchFacts, MatchRun, Need
from vouchers.matching.rules import replaying, stages
from vouchers.rounds.models import Round


@transaction.atomic
def save_need(
    *,
    need_id: int | None,
    company_id: int,
    round_id: int | None,
    title: str,
    document: Mapping[str, Any],
    version: int | None = None,
    by: Any,
) -> Need:
    """Keeps what was typed. A draft may lack much, but what stands in it must be of the right shape.

    document: as in contract.md; null and missing are the same. version: of the row that the person opened.
    Writes: Need, Event; what was proposed for another document or call ends. Raises: Stale; Refused with the field of the document
    that is wrong, or once a quote was asked for.
    """
    need = lock(need_id) if need_id is not None else None
    company = Company.objects.get(pk=company_id)
    require(by, "vouchers.edit_need", company)
    if need is not None and need.company_id != company.pk:
        raise Refused(_("This need belongs to another company."), "other_company")
    if need is not None:
        _refuse_unless_editable(need)
    round_ = _round(round_id)
    kept = _checked(document, draft=need is None or need.status == stages.NeedStatus.DRAFT)
    title = title.strip()
    if len(title) > 150:
        raise Refused(_("Keep the name of the need within 150 characters."), "title_too_long", "title")
    if need is None:
        need = Need(company=company, round=round_, title=title, document=kept, created_by=by)
        need.save()
        journal.record("need.drafted", need, by=by, to=need.status, organisations=need.organisation_ids())
        return need
    if (need.round_id, need.title, need.document) == (round_id, title, kept):
        return need  # also for a version of before: what is stored already is nobody's loss
    if version is not None and need.version != version:
        raise Stale()
    changed = sorted(name for name in {*kept, *need.document} if kept.get(name) != need.document.get(name))
    if (need.round_id, need.document) != (round_id, kept):
        end_proposals(need, by)
    need.round, need.title, need.document = round_, title, kept
    need.save()
    journal.record("need.saved", need, by=by, organisations=need.organisation_ids(), data={"changed": changed})
    return need


@transaction.atomic
def post_need(*, need_id: int, by: Any) -> Need:
    """The description is complete; it is ranked at once. Writes: Need, MatchRun, Events, Notices. Raises: Refused."""
    need = lock(need_id)
    require(by, "vouchers.edit_need", need)
    if not need.title:
        raise Refused(_("Give the need a short name, so that you and the providers recognise it."), "no_title", "title")
    rules.parse_need(need.document, queries.known_codes())
    _move(need, "post", "need.posted", by, posted_at=clock.now())
    run = _ranked(need, by)
    if run.result["results"]:
        notices.need_posted(need, len(run.result["results"]))
    return need


@transaction.atomic
def run_match(*, need_id: int, by: Any) -> MatchRun:
    """Ranks what is published now. Writes: MatchRun, Need.status (NO_MATCH and back), Event. Raises: Refused."""
    need = lock(need_id)
    require(by, "vouchers.edit_need", need)
    if need.status not in stages.NEED_ASKING:
        raise Refused(_("Post the need first, then datasets and offers are ranked for it."), "not_posted")
    return _ranked(need, by)


@transaction.atomic
def close_need(*, need_id: int, by: Any) -> Need:
    """Nothing is looked for any more. Writes: Need, OfferProposals, Events. Raises: Refused while a request is open."""
    need = lock(need_id)
    require(by, "vouchers.edit_need", need)
    if need.quote_requests.filter(status__in=[*stages.LIVE]).exists():
        raise Refused(_("Quotes are still open for this need. Withdraw the requests or decline the quotes first."), "quotes_open")
    if need.feasibility_queries.filter(status="ASKED").exists():
        raise Refused(_("Institutions still count for this need. Withdraw the questions first."), "counts_open")
    sourcing.end_sourcing(need, by)
    end_proposals(need, by)
    return _move(need, "close", "need.closed", by)


# ── For the rooms' other actions ─────────────────────────────────────────────────────────────────────
def lock(need_id: int) -> Need:
    return Need.objects.select_for_update(of=("self",)).select_related("company__organisation", "round").get(pk=need_id)


def note(need_id: int, verb: str, event: str, by: Any) -> None:
    """A match came or went; a need whose state already says so stays as it is."""
    need = lock(need_id)
    if stages.NEED_LIFECYCLE.can(need.status, verb):
        _move(need, verb, event, by)
    if need.status == stages.NeedStatus.MATCHED:
        sourcing.end_sourcing(need, by)
        end_proposals(need, by)


def _move(need: Need, verb: str, event: str, by: Any, **columns: Any) -> Need:
    before, need.status = need.status, stages.NEED_LIFECYCLE.step(need.status, verb)
    for name, value in columns.items():
        setattr(need, name, value)
    need.save()
    journal.record(event, need, by=by, frm=before, to=need.status, organisations=need.organisation_ids())
    return need


def _refuse_unless_editable(need: Need) -> None:
    if need.status not in stages.NEED_EDITABLE or need.quote_requests.exists():
        raise Refused(
            _("A provider was already asked about this need, so it stays as it is. Copy it into a new need to change it."),
            "need_fixed",
        )


def _round(round_id: int | None) -> Round | None:
    if round_id is None:
        return None
    round_ = Round.objects.filter(pk=round_id).first()
    if round_ is None or round_.is_reference or round_.status in queries.NOT_CHOSEN:
        raise Refused(_("This call is over or not announced. Choose another one, or none."), "round_closed", "round")
    return round_


def _checked(document: Mapping[str, Any], *, draft: bool) -> dict[str, Any]:
    """The document without empty entries. Raises Refused with the field that is wrong; a draft may name no modality yet."""
    kept = {name: value for name, value in document.items() if value not in (None, "", [], ())}
    known = queries.known_codes()
    tried = kept if kept.get("modality") or not draft else {**kept, "modality": known.get("modality", ["CT"])[:1]}
    rules.parse_need(tried, known)
    return kept


def _ranked(need: Need, by: Any) -> MatchRun:
    made = queries.ranking(need)
    found = made.document
    nothing = not found["results"]
    if nothing and need.status == stages.NeedStatus.POSTED:
        _move(need, "note_no_match", "need.without_match", by)
        sourcing.open_sourcing(need, by)
    elif not nothing and need.status == stages.NeedStatus.NO_MATCH:
        _move(need, "note_results", "need.reopened", by)
        sourcing.end_sourcing(need, by)
    run = MatchRun(
        need=need, engine_version=found["engine_version"], need_version=need.version, document=need.document, policy=made.policy,
        facts=_kept(made.parts), sha256=replaying.sha256(found), result=replaying.stored(found, made.scored),
    )  # fmt: skip
    run.save()
    counts = {"run": run.ref, "results": len(found["results"]), "excluded": run.result["excluded_total"]}
    journal.record("need.ranked", need, by=by, organisations=need.organisation_ids(), data=counts)
    return run


def _kept(parts: Sequence[Any]) -> list[int]:
    """Ids of the parts, each stored once for all rankings that share it. Two or three queries. Writes: MatchFacts."""
    hashes = [replaying.sha256(part) for part in parts]
    there = dict(MatchFacts.objects.filter(sha256__in=hashes).values_list("sha256", "pk"))
    if fresh := {one: part for one, part in zip(hashes, parts, strict=True) if one not in there}:
        MatchFacts.objects.bulk_create([MatchFacts(sha256=one, body=part) for one, part in fresh.items()], ignore_conflicts=True)
        there = dict(MatchFacts.objects.filter(sha256__in=hashes).values_list("sha256", "pk"))
    return [there[one] for one in hashes]
