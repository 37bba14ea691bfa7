"""What a company does while it writes: start, save, choose."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import queries, rules
from vouchers.applications.models import (
    Application,
    ApplicationMatch,
    ApplicationSection,
    LateEntry,
)
from vouchers.companies import queries as companies
from vouchers.companies.models import Company
from vouchers.matching.models import Match, Need
from vouchers.matching.rules.stages import MATCH_OVER
from vouchers.rounds.models import Round, Track
from vouchers.rounds.rules import Phase, RoundStatus, may_hold
from vouchers.rounds.rules import phase as phase_at


def locked(application_id: int) -> Application:
    """The row, locked until the transaction ends, with what every action reads."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("round", "track", "company__organisation", "need", "policy_version")
        .get(pk=application_id)
    )


def refuse_unless_open(round_: Round, company_id: int, track_id: int, now: datetime | None = None) -> LateEntry | None:
    """Nothing before the opening or from the closing time on, by the server's clock; after it only under a late entry of the
    company to this track, which is returned. now: the moment that is written down afterwards (default: this one).
    Raises: Refused."""
    now = now or clock.now()
    # what was here before the close counts, though an officer began the evaluation while it waited for its turn
    status = RoundStatus.ANNOUNCED if round_.status == RoundStatus.EVALUATING else round_.status
    phase = phase_at(status, round_.opens_at, round_.closes_at, now)
    if phase == Phase.OPEN:
        return None
    late = queries.late_entry_of(round_, company_id, track_id, now=now)
    if late is not None:
        return late
    if phase == Phase.ANNOUNCED:
        raise Refused(_("Applications are not open yet. The opening time stands on the page of the call."), "not_open_yet")
    raise Refused(
        _("Applications to this call are closed. Your draft stays readable, but nothing can be changed or submitted."),
        "round_closed",
    )


@transaction.atomic
def start(*, round_id: int, track_id: int, by: User, need_id: int | None = None) -> Application:
    """Opens a draft for the company of `by`. Writes: Application, its six sections, Event, Duty.

    Raises: Refused when the round is not open, the track is another round's, or the company has its applications.
    """
    company = companies.company_of(by)
    if company is None:
        raise Refused(_("Register your company first, then apply."), "no_company")
    company = Company.objects.select_for_update().get(pk=company.pk)  # two starts at once wait for each other
    require(by, "vouchers.edit_application", company)
    round_ = Round.objects.get(pk=round_id)
    if not may_hold(round_.kind, test_company=company.is_rehearsal):
        raise Refused(_("Only test companies apply in a rehearsal, and they apply nowhere else."), "rehearsal")
    late = refuse_unless_open(round_, company.pk, track_id)
    track = Track.objects.filter(pk=track_id, round=round_).first()
    if track is None:
        raise Refused(_("Choose one of this call's tracks."), "bad_track", "track")
    _refuse_second(company, round_, track)
    need = _own_need(company, need_id) if need_id else None
    application = Application(round=round_, track=track, company=company, need=need, created_by=by)
    application.save()
    for key in rules.ORDER:
        ApplicationSection(application=application, key=key).save()
    journal.record(
        "application.started", application, by=by, to=application.status, organisations=[company.organisation_id],
        data={"round": round_.key, "track": track.key},
    )  # fmt: skip
    open_submit_duty(application, late.until if late else round_.closes_at, by)
    if late:
        journal.close_duty(late, "use_late_entry", by=by)
    take_only_match(application, by)
    return application


def open_submit_duty(application: Application, due_at: datetime | None, by: User | None) -> None:
    """The company owes its draft by the closing time that holds for it. Writes: Duty."""
    round_, track = application.round, application.track
    journal.open_duty(
        application, "submit_application", title_ko=f"신청서 제출: {round_.title_ko}, {track.name_ko}",
        title_en=f"Submit the application: {round_.title_en}, {track.name_en}", url=application.get_absolute_url(),
        due_at=due_at, organisation=application.company.organisation, by=by,
    )  # fmt: skip


def _refuse_second(company: Company, round_: Round, track: Track) -> None:
    live = list(queries.live_of(company, round_).values_list("track_id", flat=True))
    if track.pk in live and len(live) < round_.policy().applications_per_company:
        raise Refused(
            _("Your company already has an application in this track. Choose another track, or withdraw that one."),
            "one_live_in_track", "track",
        )  # fmt: skip
    if len(live) >= round_.policy().applications_per_company:
        raise Refused(
            _("Your company already has an application in this call. Open it, or withdraw it before you start another."),
            "one_live_application",
        )


def _own_need(company: Company, need_id: int) -> Need:
    need = Need.objects.filter(pk=need_id, company=company).first()
    if need is None:
        raise Refused(_("Choose a data need of your own company."), "bad_need", "need")
    return need


def refuse_unless_writable(application: Application, key: str) -> None:
    """Raises: Refused with the reason why this section cannot be written in now."""
    if queries.may_write(application, key):
        return
    if application.status == rules.ApplicationStatus.DRAFT:
        refuse_unless_open(application.round, application.company_id, application.track_id)
    if application.status == rules.ApplicationStatus.SUPPLEMENT_REQUESTED:
        raise Refused(_("Only the sections named in the supplement request can be changed."), "section_not_requested")
    raise Refused(_("The application was handed in and cannot be changed any more."), "already_submitted")


def refuse_unless_named(application: Application, key: str, field: str = "") -> None:
    """Where a supplement names single questions of a section, nothing else of it may change. Raises: Refused."""
    only = queries.only_fields(application, key)
    if only is not None and field not in only:
        raise Refused(_("Only the questions named in the supplement request can be changed."), "question_not_requested")


def refresh_amounts(application: Application) -> None:
    """Sets the money columns from the formula (not saved here); nothing moves once the application was handed in."""
    if application.status not in rules.EDITABLE:
        return
    found = queries.money(application)
    if found is None:
        supply, _taxable, vat = queries.amounts(application)
        application.supply_amount_won, application.grant_won, application.own_cash_won = supply, 0, supply
        application.vat_won, application.own_in_kind_won = vat or 0, 0
        return
    application.supply_amount_won, application.vat_won = found.supply_won, found.vat_won
    application.grant_won, application.own_cash_won = found.grant_won, found.own_cash_won
    application.own_in_kind_won = found.own_in_kind_won


def refresh_states(application: Application, only: ApplicationSection | None = None) -> None:
    """Stores each section's state as the rules see it now. Versions stay: nobody's typing becomes stale by this."""
    for view in queries.progress(application).sections:
        if view.section.state != view.state:
            ApplicationSection.objects.filter(pk=view.section.pk).update(state=view.state)
        if only is not None and view.section.pk == only.pk:
            only.state = view.state


# ── Need and matches ─────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def choose_need(*, application_id: int, need_id: int, by: User) -> Application:
    """Points the application to a data need of the company; matches of another need are dropped.

    Writes: Application, ApplicationMatch, Event. Raises: Refused.
    """
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    refuse_unless_writable(application, rules.SectionKey.DATA_NEED)
    refuse_unless_named(application, rules.SectionKey.DATA_NEED)
    need = _own_need(application.company, need_id)
    if application.need_id == need.pk:
        return application
    application.need = need
    ApplicationMatch.objects.filter(application=application).exclude(match__need=need).delete()
    _after_matches(application, by, "application.need_chosen", {"need": need.ref})
    take_only_match(application, by)
    return application


@transaction.atomic
def choose_match(*, application_id: int, match_id: int, by: User) -> ApplicationMatch:
    """The application stands on this confirmed match too. Writes: ApplicationMatch, amounts, Event.

    Raises: Refused when it is another company's, not confirmed, in another live application, or it is too late.
    """
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    _refuse_matches_closed(application)
    found = Match.objects.select_for_update(of=("self",)).select_related("need")  # two applications cannot take it at once
    match = found.filter(pk=match_id, need__company=application.company).first()
    if match is None or match.status in MATCH_OVER:
        raise Refused(_("This match is not open to your company any more. Reload the list."), "bad_match", "matches")
    if match.status != "CONFIRMED":
        raise Refused(_("Both sides must confirm the match before it can be chosen."), "match_not_confirmed", "matches")
    if application.need_id and match.need_id != application.need_id:
        raise Refused(_("This match belongs to another data need."), "other_need", "matches")
    elsewhere = ApplicationMatch.objects.filter(match=match).exclude(application=application)
    if elsewhere.exclude(application__status__in=rules.ENDED).exists() or match.pk in queries.kept_matches(application):
        raise Refused(_("This match already belongs to another application of your company."), "match_taken", "matches")
    return _stand_on(application, match, by)


def _stand_on(application: Application, match: Match, by: User | None) -> ApplicationMatch:
    row, _created = ApplicationMatch.objects.get_or_create(application=application, match=match)
    if application.need_id is None:
        application.need = match.need
    _after_matches(application, by, "application.match_chosen", {"match": match.ref})
    return row


def take_only_match(application: Application, by: User | None) -> bool:
    """Where there is no choice nobody has to choose: the draft stands on the company's one free, confirmed match.

    Left alone: a draft that has matches, or whose company dropped one. Returns: whether one was taken. Writes:
    ApplicationMatch, amounts, Event.
    """
    if application.application_matches.exists() or queries.dropped_a_match(application):
        return False
    free = list(queries.free_matches(application).select_for_update(of=("self",))[:2])
    if len(free) == 1:
        _stand_on(application, free[0], by)
    return len(free) == 1


@transaction.atomic
def drop_match(*, application_id: int, match_id: int, by: User) -> Application:
    """The application no longer stands on this match. Writes: ApplicationMatch, amounts, Event."""
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    _refuse_matches_closed(application)
    row = ApplicationMatch.objects.filter(application=application, match_id=match_id).select_related("match").first()
    if row is None:
        return application
    row.delete()
    _after_matches(application, by, "application.match_dropped", {"match": row.match.ref})
    return application


@transaction.atomic
def fix_matches(*, application_id: int, by: User | None) -> Application:
    """An agreement was drafted on the chosen matches: from now on none is chosen or dropped. Idempotent.

    Called by agreements, whose drafter was asked for the permission. Writes: Application.matches_fixed_at, Event.
    """
    application = locked(application_id)
    require(by, "vouchers.draft_agreement", application)
    if application.matches_fixed_at is None:
        application.matches_fixed_at = clock.now()
        application.save()
        journal.record("application.matches_fixed", application, by=by, organisations=application.organisation_ids())
    return application


def _refuse_matches_closed(application: Application) -> None:
    if application.status in rules.EDITABLE:
        refuse_unless_writable(application, rules.SectionKey.DATA_NEED)
        refuse_unless_named(application, rules.SectionKey.DATA_NEED)
    elif application.matches_fixed_at:
        raise Refused(
            _("An agreement stands on these matches. Ask the operating agency to change it."), "matches_fixed", "matches"
        )
    elif not rules.matches_open(application.status, application.round.timing):
        raise Refused(_("In this call matches can no longer be chosen at this stage."), "matches_closed", "matches")


def _after_matches(application: Application, by: User | None, event: str, data: dict[str, Any]) -> None:
    if application.status in rules.EDITABLE:
        section = ApplicationSection.objects.select_for_update().get(application=application, key=rules.SectionKey.DATA_NEED)
        ApplicationSection.objects.filter(pk=section.pk).update(updated_by=by or section.updated_by, updated_at=clock.now())
        if section.state == rules.SectionState.NEEDS_WORK:
            ApplicationSection.objects.filter(pk=section.pk).update(state=rules.SectionState.IN_PROGRESS)
    vars(application).pop("_prefetched_objects_cache", None)
    refresh_amounts(application)
    application.save()
    if application.status in rules.EDITABLE:
        refresh_states(application)
    journal.record(event, application, by=by, organisations=application.organisation_ids(), data=data)
