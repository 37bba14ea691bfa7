"""Another application of the company as a start."""

import pytest

from portal.documents.models import Document
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import queries
from vouchers.applications.models import Application

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(owner, round_):
    return make.submitted(owner, round_, title="먼저 낸 과제")


def begin(owner, source, round_=None):
    round_ = round_ or make_round(key="voucher-next")
    track = round_.tracks.get(key="LARGE").pk
    return as_(owner.staff).post(url("start", round_.key), {"track": track, "source": source})


def test_what_holds_is_taken_over_and_the_rest_is_named(earlier, owner):
    Document.objects.filter(pk__in=earlier.application_documents.values("document_id")).update(scan_state="CLEAN")
    answer = begin(owner, earlier.pk)
    assert answer.status_code == 303
    made = Application.objects.exclude(pk=earlier.pk).get()
    assert made.title == "먼저 낸 과제" and made.status == "DRAFT" and made.receipt_no is None
    sections = {row.key: row for row in made.sections.all()}
    assert sections["project"].answers == earlier.sections.get(key="project").answers
    assert "confirmed" not in sections["company"].answers and not sections["declarations"].answers
    assert "PROJECT_PLAN" in {row.kind for row in queries.documents(made)}
    page = as_(owner.staff).get(answer["Location"]).content.decode()
    assert "가져오지 못한 내용" in page and "새로 동의" in page
    assert earlier.application_documents.filter(current=True).count() == queries.documents(earlier).count()
    reasons = {(one.section, str(one.label)) for one in queries.not_taken(made)}
    assert any(section == "declarations" for section, _label in reasons)


def test_another_companys_application_is_no_start(earlier, owner):
    stranger = make.firm()
    round_ = make_round(key="voucher-next")
    page = as_(stranger.staff).get(url("start", round_.key)).content.decode()
    assert "먼저 낸 과제" not in page and 'name="source"' not in page
    assert begin(stranger, earlier.pk, round_).status_code == 422
    assert not Application.objects.filter(company=stranger.company).exists()
    assert "먼저 낸 과제" in as_(owner.staff).get(url("start", round_.key)).content.decode()


@pytest.mark.parametrize("source", ["x", "0", "-1", "99999999999999999999"])
def test_nonsense_is_refused(owner, source):
    assert begin(owner, source).status_code == 422
