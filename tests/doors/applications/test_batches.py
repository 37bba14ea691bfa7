"""The officer's pages about many applications at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.doors import as_
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions
from vouchers.applications.models import CheckBatch

pytestmark = pytest.mark.django_db
ROUND = "/admin/vouchers/checkbatch/round/"


@pytest.fixture
def round_():
    return make_round(policy={"required_documents": []})


def begun(round_, by, **facts):
    done = make.submitted(make.firm(**facts), round_)
    return actions.begin_check(application_id=done.pk, by=by)


def test_an_officer_finds_all_eligible_whose_rules_agree_and_reads_what_was_not(round_):
    by = make.officer()
    good, odd = begun(round_, by), begun(round_, by, tax_status="SUSPENDED")
    browser, address = as_(by), f"{ROUND}?round={round_.pk}"
    page = browser.get(address).content.decode()
    assert "적격 결정하기: 1" in page and "국세청" in page
    assert browser.post(address, {"kind": "NONSENSE"}).status_code == 422
    answer = browser.post(address, {"kind": "FIND_ELIGIBLE"})
    assert answer.status_code == 302 and answer["Location"].endswith(f"/{CheckBatch.objects.get().pk}/change/")
    good.refresh_from_db()
    assert good.status == "ELIGIBLE"
    ticked = {"action": "find_eligible", "_selected_action": [good.pk, odd.pk]}
    answer = browser.post("/admin/vouchers/application/", ticked)
    page = browser.get(answer["Location"]).content.decode()
    assert good.receipt_no in page and odd.receipt_no in page and "충족되지 않은 요건" in page
    assert browser.get("/admin/vouchers/application/").content.decode().count(odd.receipt_no)
    again = browser.post(address, {"kind": "FIND_ELIGIBLE"}, follow=True)
    assert again.redirect_chain[-1][0] == address and CheckBatch.objects.count() == 2


def test_pages_of_batches_are_for_officers_alone(round_):
    by = make.officer()
    done = begun(round_, by)
    batch = actions.start_batch(kind="ASK_RULES", application_ids=[done.pk], by=by)
    change = reverse("admin:vouchers_checkbatch_change", args=[batch.pk])
    for user, turned_away in ((make.firm().representative, 302), (None, 401)):  # both to the sign-in; 401 keeps the form
        for address in (ROUND, change, "/admin/vouchers/checkbatch/"):
            answer = as_(user).get(address)
            assert answer.status_code in {302, 403} and done.receipt_no not in answer.content.decode()
        assert as_(user).post(ROUND, {"kind": "FIND_ELIGIBLE"}).status_code == turned_away
    assert CheckBatch.objects.count() == 1
    done.refresh_from_db()
    assert done.status == "ELIGIBILITY_CHECK"


def test_pages_of_one_and_many_need_the_same_queries(round_):
    by = make.officer()
    begun(round_, by)

    def asked(*, more: int) -> list[int]:
        for _number in range(more):
            begun(round_, by)
        batch = actions.start_batch(kind="ASK_RULES", round_id=round_.pk, by=by)
        actions.go_on_batches()
        browser, found = as_(by), []
        for address in (f"{ROUND}?round={round_.pk}", reverse("admin:vouchers_checkbatch_change", args=[batch.pk])):
            browser.get(address)
            with CaptureQueriesContext(connection) as counted:
                assert browser.get(address).status_code == 200
            found.append(len(counted))
        return found

    one, many = asked(more=0), asked(more=3)
    assert many[0] <= one[0] and many[1] <= one[1]
