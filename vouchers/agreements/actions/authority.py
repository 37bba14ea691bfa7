"""Authority to sign is filed by the organisation, checked by somebody else, and asked for at every signature."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, User
from portal.documents.actions import require_taken
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.drafting import needed
from vouchers.agreements.models import SigningAuthority

PAST = {"confirm_authority": "confirmed", "refuse_authority": "refused", "revoke_authority": "revoked"}
DAYS = {
    "authority_order": _("The last day lies before the first. Correct one of the two."),
    "authority_past": _("It has run out already. File one that is valid today."),
}


def authorised(organisation: Organisation, by: Any) -> SigningAuthority:
    """On what the signature of `by` for an organisation rests today. Raises: Refused, with the place where it is filed."""
    found = queries.authority_of(organisation, by)
    if found is None:
        raise Refused(queries.no_authority(organisation, by), "no_authority")
    return found


@transaction.atomic
def file_authority(
    *, organisation_id: int, person_id: int, kind: str, document: Document | None, valid_from: date, valid_until: date, by: Any
) -> SigningAuthority:
    """An organisation files on what one of its people signs. Days inclusive.

    Writes: SigningAuthority FILED, Event, Duty for the operating agency. Raises: Refused (no file, days, person does not sign for it), NotAllowed.
    """
    organisation = Organisation.objects.get(pk=organisation_id)
    require(by, "vouchers.file_authority", organisation)
    person = User.objects.filter(pk=person_id).first()
    if person is None or person not in queries.signers_of(organisation):
        raise Refused(_("Choose one of your people who may sign for your organisation."), "not_a_signer", "person")
    if document is None:
        raise Refused(_("Attach the certificate or the power of attorney."), "authority_file_missing", "file")
    if fault := rules.authority_fault(valid_from, valid_until, clock.today()):
        raise Refused(DAYS[fault], fault, "valid_until")
    row = SigningAuthority(
        organisation=organisation, person=person, kind=kind, document=document, valid_from=valid_from, valid_until=valid_until, filed_by=by
    )  # fmt: skip
    row.save()
    journal.record(
        "authority.filed", row, by=by, to=row.status, organisations=row.organisation_ids(), data={"person": person.ref, "kind": kind}
    )  # fmt: skip
    name = person.get_full_name()
    journal.open_duty(
        row, "check_authority", title_ko=f"서명 권한 확인: {organisation.name_ko} {name}", title_en=f"Check authority to sign: {organisation.name_en or organisation.name_ko}, {name}",
        url=row.get_absolute_url(), due_in=3, role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    return row


def _lock(authority_id: int) -> SigningAuthority:
    SigningAuthority.objects.select_for_update().get(pk=authority_id)
    return SigningAuthority.objects.select_related("organisation", "person", "document").get(pk=authority_id)


def _move(row: SigningAuthority, verb: str, *, by: Any, reason: str = "") -> None:
    before, row.status = row.status, rules.AUTHORITY_LIFECYCLE.step(row.status, verb)
    row.save()
    journal.record(
        f"authority.{PAST[verb]}", row, by=by, frm=before, to=row.status, reason=reason, organisations=row.organisation_ids(),
        data={"person": row.person.ref},
    )  # fmt: skip
    journal.close_duties(row, by=by)


def _checking(authority_id: int, verb: str, by: Any) -> SigningAuthority:
    row = _lock(authority_id)
    require(by, "vouchers.check_authority")
    rules.AUTHORITY_LIFECYCLE.step(row.status, verb)
    if not rules.may_check(by.pk, {row.filed_by_id, row.person_id}):
        raise NotAllowed(_("Somebody else checks what you filed, or by what you sign."), "four_eyes")
    row.checked_by, row.checked_at = by, clock.now()
    return row


@transaction.atomic
def confirm_authority(*, authority_id: int, by: Any) -> SigningAuthority:
    """Checked and in order. Writes: SigningAuthority, Event, Notice; closes the duty. Raises: Refused (file not scanned), NotAllowed."""
    row = _checking(authority_id, "confirm_authority", by)
    require_taken([row.document])
    _move(row, "confirm_authority", by=by)
    notices.authority_confirmed(row)
    return row


@transaction.atomic
def refuse_authority(*, authority_id: int, reason: str, by: Any) -> SigningAuthority:
    """Not in order, with a reason. Writes: SigningAuthority, Event, Notice; closes the duty."""
    row = _checking(authority_id, "refuse_authority", by)
    row.reason = needed(reason)
    _move(row, "refuse_authority", by=by, reason=row.reason)
    notices.authority_refused(row)
    return row


@transaction.atomic
def revoke_authority(*, authority_id: int, reason: str, by: Any) -> SigningAuthority:
    """The organisation takes it back: nobody signs by it from now on; signatures that were given stay. Writes: SigningAuthority, Event."""
    row = _lock(authority_id)
    require(by, "vouchers.file_authority", row.organisation)
    row.reason = needed(reason)
    _move(row, "revoke_authority", by=by, reason=row.reason)
    return row
