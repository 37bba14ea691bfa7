"""The dossier as each institution received it stays what it was."""

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Event
from portal.kit.errors import Refused
from tests.factories import projects as p
from vouchers.access import actions, rules
from vouchers.access.models import AccessCase, SubmittedDossier

pytestmark = pytest.mark.django_db


def rewrite(at, **changes):
    case = AccessCase.objects.get(pk=at.case.pk)
    return actions.save_dossier(
        case_id=case.pk, dossier={**p.DOSSIER, **changes}, use_from=case.use_from, use_until=case.use_until,
        version=case.version, by=at.user,
    )  # fmt: skip


def received(site):
    return list(SubmittedDossier.objects.filter(request=site.request).order_by("number"))


def test_a_revision_for_one_institution_does_not_change_what_another_approved():
    at = p.in_review(2)
    first, second = at.sites
    p.decide_ethics(first)
    p.decide_drb(first)
    p.decide_drb(second, "ask_supplement", reason="항목을 줄여 주세요", document=None)
    rewrite(at, data_items="영상 100건")
    actions.resubmit_drb(request_id=second.request.pk, by=at.user)
    approved, revised = received(first), received(second)
    assert [one.body["dossier"]["data_items"] for one in approved] == ["영상 500건"]
    assert [one.body["dossier"]["data_items"] for one in revised] == ["영상 500건", "영상 100건"]
    for site in at.sites:
        site.fresh()
    assert first.request.ethics.dossier == first.request.data_review.dossier == approved[0]
    p.decide_drb(second)
    assert second.fresh().data_review.dossier == revised[1]
    decided = Event.objects.filter(name="data_review.approved").order_by("id")
    assert [event.data["dossier"] for event in decided] == [approved[0].content_hash, revised[1].content_hash]
    assert all(rules.dossier_hash(one.body) == one.content_hash for one in approved + revised)


def test_an_unchanged_dossier_is_not_copied_again():
    at = p.case()
    (site,) = at.sites
    p.submit(at, site)
    actions.request_supplement(request_id=site.request.pk, wanted="분석 계획서", by=site.secretary)
    actions.supply_supplement(request_id=site.request.pk, by=at.user)
    assert [one.number for one in received(site)] == [1]


def test_an_emptied_dossier_is_not_handed_in_again():
    at = p.case()
    (site,) = at.sites
    p.submit(at, site)
    actions.request_supplement(request_id=site.request.pk, wanted="분석 계획서", by=site.secretary)
    rewrite(at, safeguards=" ")
    with pytest.raises(Refused) as error:
        actions.supply_supplement(request_id=site.request.pk, by=at.user)
    assert error.value.code == "dossier_incomplete"


@pytest.mark.parametrize("change", [{"body": {}}, {"content_hash": "0" * 64}, {"number": 9}])
def test_the_database_keeps_what_was_received(change):
    at = p.case()
    p.submit(at, at.sites[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        SubmittedDossier.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubmittedDossier.objects.all().delete()
