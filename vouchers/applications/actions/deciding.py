"""What officers decide before the evaluation, and the outcomes that the evaluation hands down."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import notices, queries, rules
from vouchers.applications.actions import asking, handing
from vouchers.applications.actions.drafting import locked
from vouchers.applications.models import Application, ApplicationSection, EligibilityCheck
from vouchers.rounds.rules import evaluates


def require_apart(application: Application, by: User | None) -> None:
    """Who decides has no recorded conflict of interest with the company or a provider of it; later rooms ask the same. Reading
    stays open: the office hands the case over, and every look is logged. Raises: Refused."""
    if by is not None and queries.conflicted(by, application):
        raise Refused(
            _("A conflict of interest with the company or a provider of this application is recorded for you. A colleague must decide."),
            "conflict",
        )  # fmt: skip


def move(application: Application, verb: str, event: str, by: User | None, reason: str = "", **data: object) -> None:
    """Steps the lifecycle, saves, records."""
    before = application.status
    application.status = rules.LIFECYCLE.step(before, verb)
    application.save()
    journal.record(
        event, application, by=by, frm=before, to=application.status, reason=reason,
        policy_version=application.policy_version.number if application.policy_version else None,
        organisations=application.organisation_ids(), data=dict(data),
    )  # fmt: skip


@transaction.atomic
def begin_check(*, application_id: int, by: User | None) -> Application:
    """Asks every rule and stores its finding; an officer then decides. Writes: EligibilityCheck, Event, Duty."""
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    move(application, "begin_check", "application.check_begun", by)
    store_findings(application)
    journal.close_duty(application, "begin_check", by=by)
    journal.open_duty(
        application, "decide_eligibility", title_ko=f"요건검토 결과 결정: {application}",
        title_en=f"Decide about eligibility: {application}",
        url=f"/admin/vouchers/application/{application.pk}/change/",
        due_in=queries.policy_of(application).days("eligibility"), role=Role.MINISTRY_OFFICER, by=by,
    )  # fmt: skip
    return application


def store_findings(application: Application) -> None:
    """One row a rule; a person's verdict stands until the fact that it judged has changed. Writes: EligibilityCheck."""
    kept = {check.rule: check for check in application.eligibility_checks.select_for_update()}
    for finding in rules.eligibility(queries.facts(application), queries.policy_of(application)):
        check = kept.get(finding.rule)
        if check is not None and check.decided_by_id and check.fact == dict(finding.fact):
            continue
        check = check or EligibilityCheck(application=application, rule=finding.rule)
        check.rule_version, check.verdict, check.fact = rules.RULE_VERSION, finding.verdict, dict(finding.fact)
        check.reason_ko, check.reason_en, check.decided_by = finding.reason_ko, finding.reason_en, None
        check.save()


@transaction.atomic
def ask_rules(*, application_id: int, by: User | None) -> Application:
    """Asks every rule again while the check is open; before it and after it nothing changes. Writes: EligibilityCheck, Event."""
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    if application.status != rules.ApplicationStatus.ELIGIBILITY_CHECK:
        return application
    before = dict(application.eligibility_checks.values_list("rule", "verdict"))
    store_findings(application)
    after = dict(application.eligibility_checks.values_list("rule", "verdict"))
    changed = {rule: verdict for rule, verdict in after.items() if before.get(rule) != verdict}
    journal.record(
        "application.rules_asked", application, by=by, organisations=application.organisation_ids(),
        data={"rule_version": rules.RULE_VERSION, "changed": changed},
    )  # fmt: skip
    return application


@transaction.atomic
def judge_rule(*, check_id: int, verdict: str, reason: str, by: User) -> EligibilityCheck:
    """An officer's own verdict on one rule, with a reason the company reads. Writes: EligibilityCheck, Event."""
    found = EligibilityCheck.objects.get(pk=check_id)
    application = locked(found.application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    if application.status != rules.ApplicationStatus.ELIGIBILITY_CHECK:
        raise Refused(_("A rule is judged only while the eligibility check is open."), "check_not_open")
    if verdict not in {rules.Verdict.MET, rules.Verdict.NOT_MET}:
        raise Refused(_("Choose “met” or “not met”."), "bad_verdict", "verdict")
    if not reason.strip():
        raise Refused(_("Give the reason; the company reads it."), "reason_missing", "reason")
    check = EligibilityCheck.objects.select_for_update().get(pk=check_id)
    before, check.verdict = check.verdict, rules.Verdict(verdict)
    check.reason_ko = check.reason_en = reason.strip()
    check.decided_by = by
    check.save()
    journal.record(
        "application.rule_judged", application, by=by, frm=before, to=check.verdict, reason=reason.strip(),
        organisations=application.organisation_ids(), data={"rule": check.rule},
    )  # fmt: skip
    return check


@transaction.atomic
def request_supplement(
    *, application_id: int, request: str, sections: Sequence[str], questions: Mapping[str, str] | None = None, by: User
) -> Application:
    """Opens some sections again, or single questions of them, and says what is asked; what was handed in is kept beside.

    request: words for the whole, needed unless questions say it all. questions: `section.question` → a sentence about it; a
    section of which only questions are named opens for those alone. Writes: Application, sections, SupplementItem, Event, Duty,
    notice. Raises: Refused without anything that the company may change, or without words.
    """
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    questions = questions or {}
    named = {name.partition(".")[0] for name in questions}
    keys = [key for key in rules.ORDER if key in {*sections, *named}]
    if not keys:
        raise Refused(_("Choose at least one section or question that the company may change."), "no_sections", "sections")
    if not request.strip() and not (questions and named >= set(sections)):
        raise Refused(_("Write what the company must supply."), "request_missing", "request")
    application.supplement_request, application.supplement_sections = request.strip(), [str(key) for key in keys]
    names = application.supplement_sections
    handing.keep(application, names)
    items = asking.ask(application, questions, sections, by)
    told = {"sections": names, **({"questions": [f"{item.section}.{item.field}" for item in items]} if items else {})}
    move(application, "request_supplement", "application.supplement_requested", by, request.strip(), **told)
    ApplicationSection.objects.filter(application=application, key__in=keys).update(state=rules.SectionState.NEEDS_WORK)
    journal.pause_duty(application, "decide_eligibility", by=by)
    duty = journal.open_duty(
        application, "supply_supplement", title_ko=f"보완 자료 제출: {application}",
        title_en=f"Answer the supplement request: {application}",
        url=application.get_absolute_url(), due_in=queries.policy_of(application).days("supplement"),
        organisation=application.company.organisation, by=by,
    )  # fmt: skip
    notices.supplement_requested(application, items, duty.due_at)
    return application


@transaction.atomic
def resume_check(*, application_id: int, by: User) -> Application:
    """After the due day of a supplement that did not come: the officer decides on what was handed in. What the company
    wrote since and never handed in is put aside.

    Writes: Application, sections, EligibilityCheck, Event, Duty. Raises: Refused while the company still has time.
    """
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    _refuse_running_supplement(application)
    application.supplement_sections = []
    unsent = handing.restore(application)
    asking.close_items(application, supplied=False)
    content_hash = queries.content_hash(application)
    move(application, "resume_check", "application.check_resumed", by, content_hash=content_hash, unsent=unsent)
    unanswered = ApplicationSection.objects.filter(application=application, state=rules.SectionState.NEEDS_WORK)
    unanswered.update(state=rules.SectionState.COMPLETE)  # as it was handed in
    store_findings(application)
    for verb in ("supply_supplement", "resume_check"):
        journal.close_duty(application, verb, by=by)
    journal.resume_duty(application, "decide_eligibility", by=by)
    return application


def _refuse_running_supplement(application: Application) -> None:
    """The due day binds both sides: until then the company may still answer, afterwards the officer may decide."""
    if application.status == rules.ApplicationStatus.SUPPLEMENT_REQUESTED and not queries.supplement_missed(application):
        raise Refused(_("The company still has time for its supplement. Decide after its due day."), "supplement_running")


def miss_supplements(*, now: datetime) -> int:
    """The sweep: supplements whose due day has passed are called, the officers get the ball. Idempotent.

    Each in its own transaction. Returns how many were found. Writes: Event, Duty, Notice.
    """
    return journal.each("applications.miss_supplements", queries.supplements_missed(now), lambda ref: _miss_supplement(ref, now))


@transaction.atomic
def _miss_supplement(ref: str, now: datetime) -> bool:
    application = locked(Application.objects.values_list("pk", flat=True).get(ref=ref))
    waiting = application.status == rules.ApplicationStatus.SUPPLEMENT_REQUESTED
    if not waiting or ref not in queries.supplements_missed(now):
        return False
    journal.record(
        "application.supplement_missed", application, by=None, organisations=application.organisation_ids()
    )  # fmt: skip
    journal.open_duty(
        application, "resume_check", title_ko=f"보완 자료 미제출, 요건검토 재개: {application}",
        title_en=f"The supplement did not come, take the check up again: {application}",
        url=f"/admin/vouchers/application/{application.pk}/change/",
        due_in=queries.policy_of(application).days("eligibility"), role=Role.MINISTRY_OFFICER, by=None,
    )  # fmt: skip
    notices.supplement_missed(application)
    return True


@transaction.atomic
def find_eligible(*, application_id: int, by: User) -> Application:
    """Every rule is met. Writes: Application, Event, Duty, notice. Raises: Refused while a rule stands against it."""
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    if hindrance := queries.not_yet_eligible(application):
        raise Refused(hindrance, "rules_open")
    move(application, "find_eligible", "application.found_eligible", by)
    journal.close_duties(application, by=by)
    notices.application_eligible(application)
    return application


@transaction.atomic
def find_ineligible(*, application_id: int, reason: str, by: User) -> Application:
    """Not eligible, with reasons. Writes: Application, Event, Duty, notice.

    Raises: Refused without any rule not met; for a supplement that did not come, while its due day has not passed.
    """
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    _refuse_running_supplement(application)
    if not reason.strip():
        raise Refused(_("Give the reason; the company reads it."), "reason_missing", "reason")
    if hindrance := queries.not_yet_ineligible(application):
        raise Refused(hindrance, "no_rule_not_met")
    application.decision_reason = reason.strip()
    handing.restore(application)
    asking.close_items(application, supplied=False)
    move(application, "find_ineligible", "application.found_ineligible", by, reason.strip())
    journal.close_duties(application, by=by)
    notices.application_ineligible(application)
    return application


@transaction.atomic
def begin_evaluation(*, application_id: int, by: User | None) -> Application:
    """Goes to the evaluators, once the evaluation of its round has begun: before, somebody may still hand in. Writes: Application,
    Event. Raises: Refused (the round, a conflict of interest), IllegalStep."""
    application = locked(application_id)
    require(by, "vouchers.check_application", application)
    require_apart(application, by)
    if not evaluates(application.round.status):
        raise Refused(_("This round is not in evaluation. Begin its evaluation first."), "round_not_evaluating")
    move(application, "begin_evaluation", "application.evaluation_begun", by)
    return application


# ── Outcomes: called by the evaluation when a selection is confirmed; it tells everybody together ────
@transaction.atomic
def select(*, application_id: int, grant_won: int, reason: str = "", reason_en: str = "", by: User | None) -> Application:
    """Selected with a grant in whole won, not above what was applied for. reason_en: the same reason in English.

    Writes: Application, Event. Raises: Refused, IllegalStep.
    """
    application = locked(application_id)
    require(by, "vouchers.confirm_selection", application)
    if not 0 < grant_won <= application.grant_won:
        raise Refused(_("The grant must be above zero and not above what was applied for."), "grant_range")
    application.decision_reason = reason
    move(application, "select", "application.selected", by, reason, grant_won=grant_won, reason_en=reason_en)
    return application


@transaction.atomic
def place_on_reserve(*, application_id: int, reason: str = "", reason_en: str = "", by: User | None) -> Application:
    """On the reserve list. Writes: Application, Event."""
    application = locked(application_id)
    require(by, "vouchers.confirm_selection", application)
    application.decision_reason = reason
    move(application, "place_on_reserve", "application.placed_on_reserve", by, reason, reason_en=reason_en)
    return application


@transaction.atomic
def reject(*, application_id: int, reason: str, reason_en: str = "", by: User | None) -> Application:
    """Not selected. Writes: Application, Event."""
    application = locked(application_id)
    require(by, "vouchers.confirm_selection", application)
    application.decision_reason = reason
    move(application, "reject", "application.not_selected", by, reason, reason_en=reason_en)
    return application


@transaction.atomic
def lapse(*, application_id: int, reason: str, reason_en: str = "", by: User | None) -> Application:
    """Selected, but nobody answered the award by its due day: nobody took anything back. Writes: Application, Event, Duty."""
    application = locked(application_id)
    require(by, "vouchers.confirm_selection", application)
    application.decision_reason = reason
    move(application, "lapse", "application.lapsed", by, reason, reason_en=reason_en)
    journal.close_duties(application, by=by)
    return application
