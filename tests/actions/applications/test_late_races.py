"""A late entry is used while it is revoked, on two connections: one of the two happens, whole."""

from datetime import timedelta

import pytest

from portal.accounts.rules import Role
from portal.journal.models import Event
from portal.kit import clock
from portal.kit.errors import DomainError
from tests.actions.applications.test_late_entries import enter, propose, sent_code
from tests.committed import together
from tests.factories import applications as make
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.applications import actions
from vouchers.applications.models import Application, LateEntry

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.mark.parametrize("behind", ["round", "late entry"])
def test_handing_in_while_it_is_revoked(behind):
    owner, round_, first, second = make.firm(), make_round(), make.officer(), person(Role.MINISTRY_APPROVER)
    draft = make.draft(owner, round_)
    moment = round_.closes_at + timedelta(hours=1)
    with clock.at(moment):
        row = actions.confirm_late_entry(late_entry_id=propose(draft, owner, first).pk, by=second)
        enter(draft, owner, sent_code(owner))

    def then(run, **given):
        with clock.at(moment):
            return run(**given)

    results = together(
        lambda: then(actions.submit, application_id=draft.pk, by=owner.representative),
        lambda: then(actions.revoke_late_entry, late_entry_id=row.pk, reason="사유가 사실이 아님", by=first),
        behind=round_ if behind == "round" else row,
    )
    failed = [one for one in results if isinstance(one, Exception)]
    assert len(failed) == 1 and isinstance(failed[0], DomainError), results
    ended = (Application.objects.get(pk=draft.pk).status, LateEntry.objects.get(pk=row.pk).status)
    assert ended in {("SUBMITTED", "USED"), ("DRAFT", "REVOKED")}
    written = Event.objects.filter(subject_ref__in=[draft.ref, row.ref]).values_list("name", flat=True)
    assert ("application.submitted" in written) == (ended[0] == "SUBMITTED")
