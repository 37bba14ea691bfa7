"""A rehearsal is marked where officers and evaluators see it, and stands nowhere else."""

import pytest
from django.urls import reverse

from portal.kit import pdf
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.rehearsals import applied, rehearsal
from vouchers.applications.models import Application

pytestmark = pytest.mark.django_db
MARK = "rehearsal-banner"


@pytest.fixture
def row():
    return rehearsal()


def test_an_officer_lets_test_companies_apply_and_reads_the_mark(row):
    officer = make.officer()
    browser, page = as_(officer), reverse("admin:vouchers_checkbatch_rehearsal", args=[row.pk])
    change = browser.get(reverse("admin:vouchers_round_change", args=[row.pk])).content.decode()
    assert page in change and MARK in change
    assert MARK in browser.get(page).content.decode()
    assert browser.post(page, {"companies_wanted": 30}).status_code == 422
    assert browser.post(page, {"companies_wanted": 2}).status_code == 302
    case = Application.objects.filter(round=row).first()
    for address in (
        reverse("admin:vouchers_application_change", args=[case.pk]), f"/admin/vouchers/checkbatch/round/?round={row.pk}",
        case.get_absolute_url(), f"{case.get_absolute_url()}preview/",
    ):  # fmt: skip
        assert MARK in browser.get(address).content.decode(), address
    listed = browser.get("/admin/vouchers/application/").content.decode()
    assert "[모의] 시험기업" in listed and row.title_ko in listed
    assert MARK not in browser.get("/admin/vouchers/application/").content.decode()
    for stranger in (make.firm().representative, None):
        assert as_(stranger).get(page).status_code in {302, 403, 404}
    real = as_(officer).get(reverse("admin:vouchers_checkbatch_rehearsal", args=[0]))
    assert real.status_code == 404


def test_papers_of_a_rehearsal_say_so(row, monkeypatch):
    (case,) = applied(row, 1, make.officer())
    seen = {}
    real = pdf.render
    monkeypatch.setattr("portal.kit.pdf.render", lambda *a, **k: seen.update(k) or real(*a, **k))
    answer = as_(case.created_by).get(reverse("applications:receipt_pdf", args=[case.ref]))
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF") and seen["rehearsal"] is True


def test_a_rehearsal_stands_in_no_public_page_list_feed_or_figure(row):
    officer, owner = make.officer(), make.firm()
    (case,) = applied(row, 1, officer)
    before = _figures()
    for user in (None, owner.representative, officer):
        browser = as_(user)
        for address in (f"/rounds/{row.key}/", f"/rounds/{row.key}/call.pdf", f"/rounds/{row.key}/dates.ics"):
            assert browser.get(address).status_code == 404, address
    assert as_(owner.staff).get(f"/applications/start/{row.key}/").status_code == 404
    for address in (
        "/",
        "/rounds/",
        "/rounds/feed.atom",
        "/check/",
        "/stats/",
        "/register/",
        "/catalogue/?q=시험기업",
        "/api/v1/rounds/",
        "/api/v1/stats/",
    ):
        page = as_(None).get(address).content.decode()
        for word in (row.key, row.title_ko, case.company.name_ko, case.title):
            assert word not in page, (address, word)
    assert as_(owner.staff).get("/home/").content.decode().count(row.key) == 0
    applied(row, 1, officer)
    assert _figures() == before


def _figures() -> str:
    return as_(None).get("/api/v1/stats/applications/?by=state").content.decode()
