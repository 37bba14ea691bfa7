"""How an institution becomes a provider: applied, verified, active, or refused with a reason; suspended and retired later."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions as accounts
from portal.accounts import queries as people
from portal.accounts.models import Organisation, User
from portal.accounts.rules import OrganisationKind, Role
from portal.journal.actions import close_duties, close_duty, open_duty
from portal.journal.actions import record as journal
from portal.kit.access import require, require_somebody
from portal.kit.errors import Refused, Stale
from portal.kit.models import make_ref
from providers.institutions import notices, queries, rules
from providers.institutions.actions.registering import values_of
from providers.institutions.actions.serving import check_desk
from providers.institutions.models import Institution

VERIFY_DAYS = 10  # working days in which the operating agency verifies an applicant
COMPLETE_DAYS = 10  # working days in which an applicant completes what was sent back
APPLYING = 7_310_014  # the advisory lock of applications: names are compared with those of others
FACTS = (
    "name_ko", "name_en", "institution_type", "hospital_type", "consortium", "consortium_role", "region", "site", "notes",
    "desk_ko", "desk_en", "desk_email", "desk_phone",
)  # fmt: skip


@transaction.atomic
def apply_as_new(*, facts: Mapping[str, str], by: Any) -> Institution:
    """Somebody applies for an institution that is not in the list, and becomes its first manager. facts: all of FACTS.

    Writes: Organisation, Membership, RoleGrant, Institution (APPLIED), Event institution.applied, Duty verify_institution of the
    operating agency, Notice. Raises Refused for a name that is in the list, or who acts for somebody else.
    """
    require_somebody(by)
    _one_at_a_time()
    check_desk(facts)
    organisation = organisation_for(by, facts["name_ko"], facts["name_en"])
    return apply(record={**facts, "key": _key(facts["name_en"])}, organisation=organisation, by=by)


@transaction.atomic
def apply(*, record: Mapping[str, Any], organisation: Organisation, by: Any) -> Institution:
    """An organisation asks to become a provider. Writes: Institution (APPLIED), Event institution.applied, Duty, Notice."""
    _one_at_a_time()
    require(by, "providers.apply_institution", organisation)
    if Institution.objects.filter(key=record["key"]).exists() or queries.in_list(record["name_ko"], organisation.is_demo):
        raise Refused(
            _("This institution is already in the list. Choose it there and ask to act for it."),
            "taken",
            "name_ko",
        )
    if queries.applied_for(record["name_ko"], organisation.is_demo):
        raise Refused(
            _("Somebody applied for this institution already, and it is being verified. Ask that colleague for an invitation."),
            "applied_for",
            "name_ko",
        )
    institution = Institution(key=record["key"], organisation=organisation, status=rules.LIFECYCLE.initial)
    _fill(institution, {**values_of(record, organisation.is_demo), **{name: record.get(name) or "" for name in FACTS}})
    institution.save()
    journal("institution.applied", institution, by=by, to=institution.status, organisations={organisation.pk})
    ask_to_verify(institution, by)
    notices.institution_applied(institution, organisation)
    return institution


def _one_at_a_time() -> None:
    """Two who apply at the same moment with one name meet here, not at a constraint."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLYING])


def _fill(institution: Institution, values: Mapping[str, Any]) -> None:
    """An applicant says who it is; whether a voucher pays it is said when it is verified."""
    for name, value in values.items():
        setattr(institution, name, value)
    institution.voucher_supplier = False
    institution.roles = ["DATA_PROVIDER"]
    institution.capital_area = institution.region in rules.CAPITAL_AREA if institution.region else None


def ask_to_verify(institution: Institution, by: Any) -> None:
    open_duty(
        institution, "verify_institution",
        title_ko=f"공급기관 확인: {institution.name_ko}", title_en=f"Verify an institution: {institution.name_en}",
        url=f"/admin/providers/institution/{institution.pk}/change/", due_in=VERIFY_DAYS, role=Role.OPERATOR_CASE, by_mail=True,
        by=by,
    )  # fmt: skip


def organisation_for(by: Any, name_ko: str, name_en: str) -> Organisation:
    """The organisation in whose name this person applies, made when there is none. Raises Refused when it has its institution.

    The person is locked and then read: of two applications sent at once the second one sees the first.
    """
    person = User.objects.select_for_update().get(pk=by.pk)
    for own in people.organisations_of(person, OrganisationKind.PROVIDER).select_for_update():
        live = Institution.objects.filter(organisation=own).exclude(status=rules.InstitutionStatus.RETIRED)
        if live.exists() or Institution.objects.filter(claimant=own).exists():
            raise Refused(_("You act for an institution already, or asked to. One account acts for one institution."), "has_one")
        return own
    made = accounts.create_organisation(
        kind=OrganisationKind.PROVIDER, name_ko=name_ko, name_en=name_en, is_demo=by.is_demo, by=by
    )
    accounts.add_member(organisation=made, user=by, role=Role.PROVIDER_MANAGER, by=None)
    return made


def _key(name_en: str) -> str:
    """A name for addresses; told apart by a few characters where it is taken."""
    base = slugify(name_en)[:60] or "institution"
    return f"{base}-{make_ref('x')[2:8]}" if Institution.objects.filter(key=base).exists() else base


@transaction.atomic
def revise(*, institution_id: int, version: int, facts: Mapping[str, str], by: Any) -> Institution:
    """The applicant corrects or completes the facts, until the verification begins. Writes: Institution, Event
    institution.application_revised; where it was sent back the operating agency is asked again."""
    institution = locked(institution_id)
    require(by, "providers.apply_institution", institution)
    if institution.version != version:
        raise Stale()
    if institution.status != rules.InstitutionStatus.APPLIED:
        raise Refused(_("The facts are being verified and cannot be changed now."), "verifying")
    _fill(institution, {name: facts[name] for name in FACTS})
    check_desk(facts)
    institution.save()
    journal("institution.application_revised", institution, by=by, organisations=institution.organisation_ids())
    if close_duty(institution, "complete_institution", by=by):
        ask_to_verify(institution, by)
    return institution


def withdraw(*, institution_id: int, by: Any) -> Institution:
    """The applicant takes the application back; what was prepared stays with the organisation."""
    return _step(institution_id, "withdraw", "institution.application_withdrawn", by)


def start_verification(*, institution_id: int, by: Any) -> Institution:
    """The operating agency looks at the application."""
    return _step(institution_id, "start_verification", "institution.verification_started", by)


@transaction.atomic
def activate(*, institution_id: int, by: Any, voucher_supplier: bool = False) -> Institution:
    """Verified: it offers data from now on. voucher_supplier: whether a voucher may pay it. Closes the duty; tells the institution."""
    institution = _step(institution_id, "activate", "institution.activated", by)
    if voucher_supplier:
        institution.voucher_supplier = True
        institution.save()
        journal("institution.revised", institution, by=by, data={"fields": ["voucher_supplier"]})
    return institution


def return_application(*, institution_id: int, reason: str, by: Any) -> Institution:
    """Back to the applicant, with what is to be completed. Duty complete_institution; tells the institution."""
    return _step(institution_id, "return", "institution.application_returned", by, reason)


def refuse(*, institution_id: int, reason: str, by: Any) -> Institution:
    return _step(institution_id, "refuse", "institution.refused", by, reason)


def suspend(*, institution_id: int, reason: str, by: Any) -> Institution:
    """Its offers are no longer offered while it is suspended."""
    return _step(institution_id, "suspend", "institution.suspended", by, reason)


def reinstate(*, institution_id: int, by: Any) -> Institution:
    return _step(institution_id, "reinstate", "institution.reinstated", by)


def retire(*, institution_id: int, reason: str, by: Any) -> Institution:
    return _step(institution_id, "retire", "institution.retired", by, reason)


PERMISSIONS = {"withdraw": "providers.apply_institution"}  # all other verbs are the operating agency's
REASONED = frozenset({"refuse", "return", "suspend", "retire"})


@transaction.atomic
def _step(institution_id: int, verb: str, event: str, by: Any, reason: str = "") -> Institution:
    institution = locked(institution_id)
    require(by, PERMISSIONS.get(verb, "providers.manage_institution"), institution)
    if verb in REASONED:
        reasoned(reason)
    before, institution.status = institution.status, rules.LIFECYCLE.step(institution.status, verb)
    institution.save()
    journal(
        event, institution, by=by, frm=before, to=institution.status, reason=reason, organisations=institution.organisation_ids()
    )
    if verb in ("activate", "refuse", "return", "withdraw"):
        close_duties(institution, by=by)
    if verb == "return":
        open_duty(
            institution, "complete_institution",
            title_ko="공급기관 등록 신청 보완", title_en="Complete the application of your institution",
            url="/providers/application/", due_in=COMPLETE_DAYS, organisation=institution.organisation,
            role=Role.PROVIDER_MANAGER, by=by,
        )  # fmt: skip
    if verb in notices.TOLD and institution.organisation is not None:
        notices.TOLD[verb](institution, institution.organisation, reason)
    return institution


def locked(institution_id: int) -> Institution:
    rows = Institution.objects.select_for_update(of=("self",)).select_related("organisation", "claimant")
    return rows.get(pk=institution_id)


def reasoned(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")
