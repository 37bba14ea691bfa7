"""The calls as the public, a company, an officer and a program see them."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pypdf import PdfReader

from portal.accounts.actions import add_member, create_organisation, grant_role
from portal.accounts.models import User
from portal.kit import clock
from portal.kit.errors import Refused
from tests.doors import as_
from tests.factories.rounds import make_closed_round, make_draft, make_round
from vouchers.rounds import actions
from vouchers.rounds.actions.demo import TRACKS
from vouchers.rounds.models import Round

pytestmark = pytest.mark.django_db


def signed_in(email: str, role: str = "", organisation=None) -> Client:
    user = User.objects.create_user(email, "pass-word-1234", is_demo=True)
    if role:
        grant_role(user=user, role=role, organisation=organisation, by=None)
    return as_(user)


@pytest.fixture
def reference_rounds():
    records = json.loads((Path(settings.BASE_DIR) / "seeds/reference/rounds.json").read_text())
    return [actions.register_reference_round(record=record, by=None) for record in records]


def test_list_shows_public_rounds_only(client, reference_rounds):
    draft = make_draft(key="a-draft")
    row = make_round(key="open-now")
    page = client.get("/rounds/").content.decode()
    assert row.title_ko in page and draft.title_ko not in page and "2026년 의료 AI 데이터 활용 바우처" in page
    assert "공개되지 않음" in page
    english = client.get("/en/rounds/").content.decode()
    assert row.title_en in english and "Not published" in english


def test_a_task_price_that_the_call_does_not_set_is_not_called_unpublished(client):
    priced = make_round(key="priced", tracks=[{**TRACKS[0], "key": "A"}, {**TRACKS[1], "key": "B", "task_price_won": None}])
    page = client.get(f"/rounds/{priced.key}/").content.decode()
    assert "과제 단가(원)" in page and "정하지 않음" in page and "공개되지 않음" not in page
    assert "None set" in client.get(f"/en/rounds/{priced.key}/").content.decode()
    make_round(key="free", tracks=[{**TRACKS[0], "task_price_won": None}])
    page = client.get("/rounds/free/").content.decode()
    assert "과제 단가(원)" not in page and "공개되지 않음" not in page
    assert client.get("/rounds/free/call.pdf").status_code == client.get("/rounds/priced/call.pdf").status_code == 200


def test_list_filters_stand_in_the_address(client, reference_rounds):
    row = make_round()
    assert row.title_ko not in client.get("/rounds/?year=2025").content.decode()
    page = client.get("/rounds/?phase=OPEN").content.decode()
    assert row.title_ko in page and "2025년 의료" not in page
    assert client.get("/rounds/?year=soon&phase=nothing&page=x").status_code == 200
    assert "조건에 맞는 공고가 없습니다" in client.get("/rounds/?phase=CANCELLED").content.decode()


def test_list_needs_the_same_queries_for_many(client, django_assert_num_queries):
    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get("/rounds/")
        return len(seen)

    make_round()
    one = count()
    for _ in range(10):
        make_round()
    assert count() == one


def test_detail_says_who_may_apply(client):
    row = make_round(key="call-a")
    page = client.get("/rounds/call-a/").content.decode()
    assert "로그인하고 신청하기" in page and "400,000,000원" in page and "320,000,000" in page
    newcomer = signed_in("new@test.example").get("/rounds/call-a/").content.decode()
    assert "/companies/register/" in newcomer
    organisation = create_organisation(kind="COMPANY", name_ko="시험", by=None)
    member = User.objects.create_user("rep@test.example", is_demo=True)
    add_member(organisation=organisation, user=member, role="REPRESENTATIVE", by=None)
    mine = as_(member)
    assert "신청하기" in mine.get(f"/rounds/{row.key}/").content.decode()


def test_detail_is_honest_when_closed(client, reference_rounds):
    make_closed_round(key="call-b")
    page = client.get("/rounds/call-b/").content.decode()
    assert "접수가 마감되었" in page and "로그인하고 신청하기" not in page
    upcoming = make_round(opens_at=clock.now() + timedelta(days=3), closes_at=clock.now() + timedelta(days=30))
    assert "로그인하고 신청하기" not in client.get(f"/rounds/{upcoming.key}/").content.decode()
    for key in ("voucher-2025", "voucher-2026", "ai-validation-2026"):
        page = client.get(f"/rounds/{key}/").content.decode()
        assert "공개되지 않음" in page and "None" not in page


def test_detail_of_drafts_rehearsals_and_nothing_is_404(client):
    make_draft(key="draft-x")
    make_round(key="rehearsal-x", kind="REHEARSAL")
    for key in ("draft-x", "rehearsal-x", "nothing"):
        assert client.get(f"/rounds/{key}/").status_code == 404


def test_api_lists_rounds(client, reference_rounds):
    make_round(key="call-api")
    answer = client.get("/api/v1/rounds/")
    rows = {row["key"]: row for row in answer.json()["results"]}
    assert rows["voucher-2026"]["budget_won"] is None and rows["voucher-2026"]["is_reference"]
    assert rows["call-api"]["phase"] == "OPEN" and rows["call-api"]["tracks"][0]["cap_won"] == 320_000_000
    assert client.get("/api/v1/rounds/", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert client.get("/api/v1/rounds/?fiscal_year=2025").json()["results"][0]["key"] == "voucher-2025"
    wrong = client.get("/api/v1/rounds/?colour=red")
    assert wrong.status_code == 400 and wrong.json()["parameters"] == ["colour"]
    detail = client.get("/api/v1/rounds/call-api/").json()
    assert sum(c["weight"] for c in detail["criteria"]) == 100 and detail["policy"]["grant_rates"]["SMALL"] == "0.85"
    assert client.get("/api/v1/rounds/nothing/").status_code == 404


def test_turn_task_is_idempotent():
    from vouchers.rounds.tasks import turn

    make_closed_round()
    assert turn() == 1 and turn() == 1
    assert Round.objects.get().status == "ANNOUNCED"


# ── The public home ──────────────────────────────────────────────────────────────────────────────────
def test_front_page_leads_to_the_open_call(client, reference_rounds):
    opened = make_round()
    page = client.get("/en/")
    words = page.content.decode()
    assert page.status_code == 200
    assert f"/en/rounds/{opened.key}/" in words
    assert "Open for applications" in words
    assert "Not published" in words  # a past round whose budget nobody published
    assert "Paid to hospitals so far" in words
    assert "See the open call" in words


def test_front_page_without_an_open_call_says_so(client, reference_rounds):
    words = client.get("/en/").content.decode()
    assert "No call is open today" in words
    assert "See the open call" not in words


def test_the_front_page_leads_institutions_to_their_application() -> None:
    assert 'href="/providers/apply/"' in Client().get("/").content.decode()
    assert 'href="/en/providers/apply/"' in Client().get("/en/").content.decode()


def test_front_page_needs_the_same_queries_for_many(client, django_assert_max_num_queries, reference_rounds):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_round()
    client.get("/")
    with CaptureQueriesContext(connection) as one:
        client.get("/")
        asked = len(one)
    for _number in range(6):
        make_round()
    client.get("/")  # the figures are remembered until something happens
    with django_assert_max_num_queries(asked):
        client.get("/")


# ── The demo's clock ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def demo_clock(settings, tmp_path):
    """The offset's file stands in a folder of this test alone."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path


def test_the_administrator_moves_the_demo_clock_and_the_call_closes(demo_clock):
    row = make_round()
    admin = signed_in("root@demo.example", "SYSADMIN")
    before = clock.now()
    assert admin.post("/demo/clock/", {"to": "day"}).status_code == 303
    assert timedelta(hours=23) < clock.now() - before < timedelta(hours=25)
    assert row.phase == "OPEN"
    assert admin.post("/demo/clock/", {"to": "close"}).status_code == 303
    assert row.phase == "CLOSED" and clock.now() - row.closes_at < timedelta(minutes=1)
    answer = admin.post("/demo/clock/", {"to": "close"}, follow=True)
    assert "접수 중인 공고가 없어" in answer.content.decode()
    stands = clock.offset()
    assert "얼마나 움직일지 고르십시오" in admin.post("/demo/clock/", {"to": "yesterday"}, follow=True).content.decode()
    assert clock.offset() == stands


def test_nobody_else_moves_the_clock_and_outside_the_demo_nobody_does(demo_clock, settings):
    officer = signed_in("o@demo.example", "MINISTRY_OFFICER")
    assert officer.post("/demo/clock/", {"to": "day"}).status_code == 403
    assert Client().post("/demo/clock/", {"to": "day"}).status_code in {302, 401}
    admin = signed_in("root@demo.example", "SYSADMIN")
    assert admin.get("/demo/clock/").status_code == 302
    settings.DEMO = False
    assert admin.post("/demo/clock/", {"to": "day"}).status_code in {401, 404}  # demo people do not exist there either
    with pytest.raises(Refused):
        clock.move_forward(timedelta(days=1))
    assert clock.offset() == timedelta()


def test_paper_dates_and_feed_stand_beside_the_call(client):
    row = make_round(
        key="call-p", summary_ko="요약, 첫 줄", summary_en="Summary", policy={"region_bonus": "0.05", "grant_rate_max": "0.90"}
    )
    page = client.get("/rounds/call-p/").content.decode()
    for address in ("/rounds/call-p/call.pdf", "/rounds/call-p/dates.ics", "/rounds/feed.atom"):
        assert page.count(f'href="{address}"') == 2
    assert "평가위원 이해충돌 기준" in page and "비수도권 기업" in page
    for prefix, language, title in (("", "ko-KR", row.title_ko), ("/en", "en-GB", row.title_en)):
        paper = client.get(f"{prefix}/rounds/call-p/call.pdf")
        catalogue = PdfReader(BytesIO(paper.content)).trailer["/Root"]
        assert paper["Content-Type"] == "application/pdf" and catalogue["/Lang"] == language
        assert catalogue["/MarkInfo"]["/Marked"] and PdfReader(BytesIO(paper.content)).metadata.title == title
    dates = client.get("/en/rounds/call-p/dates.ics")
    words = dates.content.decode().replace("\r\n ", "")
    assert dates["Content-Type"].startswith("text/calendar") and f"Applications close: {row.title_en}" in words
    assert f"DTSTART:{row.closes_at:%Y%m%dT%H%M%SZ}" in words


def test_feed_holds_public_calls_only(client, reference_rounds):
    make_draft(key="a-draft")
    make_round(key="rehearsal", kind="REHEARSAL")
    row = make_round(key="seen")
    feed = client.get("/en/rounds/feed.atom")
    words = feed.content.decode()
    assert feed["Content-Type"].startswith("application/atom+xml") and words.count("<entry>") == 1
    assert row.title_en in words and "/en/rounds/seen/" in words and "urn:voucher:" in words


def test_no_paper_of_what_is_not_a_public_call(client, reference_rounds):
    make_draft(key="a-draft")
    make_round(key="rehearsal", kind="REHEARSAL")
    for key in ("a-draft", "rehearsal", "nothing", Round.objects.filter(is_reference=True)[0].key):
        assert client.get(f"/rounds/{key}/call.pdf").status_code == 404
        assert client.get(f"/rounds/{key}/dates.ics").status_code == 404
