"""The journal with several writers at once, in committed transactions on real connections."""

import time
from datetime import timedelta

import pytest
from django.db import transaction

from portal.journal import actions, queries
from portal.journal.models import Event
from portal.kit import clock
from tests.committed import together
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.usefixtures("committed_db")


def _notice():
    return actions.post(app="account", template="t", address="a@test.example", language="ko", title="제목", body="비밀")


def test_two_workers_never_claim_the_same_notice():
    for _ in range(12):
        _notice()

    def claim_all():
        found = []
        while (notice := actions.claim_notice()) is not None:
            found.append(notice.pk)
        return found

    results = together(claim_all, claim_all, claim_all)
    claimed = [pk for found in results for pk in found]
    assert len(claimed) == len(set(claimed)) == 12


def test_two_writers_on_one_subject_without_a_lock_one_fails():
    org = make_organisation()

    def write():
        with transaction.atomic():
            actions.record("organisation.renamed", org, by=None)
            time.sleep(0.3)

    results = together(write, write)
    assert sorted(type(r).__name__ for r in results) == ["IntegrityError", "NoneType"]
    assert list(queries.chain_faults()) == []


def test_two_writers_with_the_row_lock_both_write():
    from portal.accounts.models import Organisation

    org = make_organisation()

    def write():
        with transaction.atomic():
            row = Organisation.objects.select_for_update().get(pk=org.pk)
            actions.record("organisation.renamed", row, by=None)

    assert together(*[write] * 6) == [None] * 6
    assert Event.objects.filter(subject_ref=org.ref).count() == 7
    assert list(queries.chain_faults()) == []


def test_sealer_waits_for_writers_that_hold_lower_ids():
    yesterday = clock.now() - timedelta(days=1)
    first, second = make_organisation(), make_organisation()

    def slow():
        with clock.at(yesterday), transaction.atomic():
            actions.record("organisation.renamed", first, by=None)
            time.sleep(0.8)

    def quick_then_seal():
        time.sleep(0.2)
        with clock.at(yesterday), transaction.atomic():
            actions.record("organisation.renamed", second, by=None)
        return actions.seal_day()

    results = together(slow, quick_then_seal)
    seal = results[1]
    assert seal.events == Event.objects.filter(id__lte=seal.last_event_id).count()
    assert list(queries.seal_faults()) == []
