"""Applications in the browser and in the admin: as owner, colleague, stranger, anonymous, officer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from portal.journal.models import AccessLog
from portal.kit import clock
from tests.factories import applications as make
from tests.factories.rounds import make_closed_round, make_round
from vouchers.applications import actions, queries, rules
from vouchers.applications.models import Application

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def client(user=None) -> Client:
    made = Client()
    if user is not None:
        made.force_login(user, backend="portal.accounts.backends.RoleGrantBackend")
    return made


def url(name: str, *args: str) -> str:
    return reverse(f"applications:{name}", args=args)


def form(application, key: str, **changes) -> dict:
    """What the browser sends for a section: every field, the version."""
    section = application.sections.get(key=key)
    section.refresh_from_db()
    sent = {k: ("on" if v is True else v) for k, v in make.answers(key).items() if v not in (None, False)}
    return {**sent, "version": section.version, **changes}


@pytest.fixture
def owner():
    return make.firm()


@pytest.fixture
def round_():
    return make_round()


@pytest.fixture
def application(owner, round_):
    return make.start(owner, round_)


PAGES = ("detail", "preview", "submit", "withdraw", "why")


# ── Who may see ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_draft_by_reader(application, owner, name):
    address = url(name, application.ref)
    assert client(owner.representative).get(address).status_code == 200
    assert client(owner.staff).get(address).status_code == 200
    assert client(make.firm().representative).get(address).status_code == 404
    assert client(make.officer()).get(address).status_code == 404  # a draft is the company's alone
    away = client().get(address)
    assert away.status_code == 302 and "/accounts/login/" in away["Location"]


@pytest.mark.parametrize("key", list(rules.SectionKey))
def test_sections_by_reader_in_both_languages(application, owner, key):
    address = url("section", application.ref, key)
    korean = client(owner.staff).get(address)
    assert korean.status_code == 200
    english = client(owner.staff).get("/en" + address)
    assert english.status_code == 200
    assert client(make.firm().staff).get(address).status_code == 404
    assert client().get(address).status_code == 302


def test_unknown_section_and_ref_are_404(application, owner):
    browser = client(owner.staff)
    assert browser.get(url("section", application.ref, "secrets")).status_code == 404
    assert browser.get(url("detail", "app-0000000000")).status_code == 404


POSTS = ("need", "matches", "supplement")


@pytest.mark.parametrize("name", POSTS)
def test_posts_by_stranger_and_anonymous(application, name):
    address = url(name, application.ref)
    assert client(make.firm().representative).post(address).status_code == 404
    assert client().post(address).status_code == 302
    assert client(make.firm().representative).get(address).status_code in {404, 405}


def test_an_official_reads_a_submitted_application_and_is_written_down(owner):
    done, by = make.submitted(owner), make.officer()
    for name in ("detail", "preview", "receipt", "why"):
        assert client(by).get(url(name, done.ref)).status_code == 200
    assert AccessLog.objects.filter(by=by, subject_ref=done.ref).count() == 4
    answer = client(by).post(url("section", done.ref, "project"), form(done, "project"))
    assert answer.status_code == 403


# ── Start ────────────────────────────────────────────────────────────────────────────────────────────
def test_start_leads_to_the_task_list(owner, round_):
    browser = client(owner.staff)
    page = browser.get(url("start", round_.key))
    assert page.status_code == 200 and "320,000,000" in page.content.decode()
    answer = browser.post(url("start", round_.key), {"track": round_.tracks.get(key="LARGE").pk})
    assert answer.status_code == 303
    made = Application.objects.get(company=owner.company)
    assert answer["Location"] == url("detail", made.ref)
    assert "진행 중인 신청은 한 건만" in browser.get(url("start", round_.key)).content.decode()
    again = browser.post(url("start", round_.key), {"track": round_.tracks.get(key="SMALL").pk})
    assert again.status_code == 422


@pytest.mark.parametrize("track", ["", "x", "999999999", "-1", "1e9"])
def test_start_bad_input(owner, round_, track):
    assert client(owner.staff).post(url("start", round_.key), {"track": track}).status_code == 422
    assert client(owner.staff).post(url("start", round_.key), {}).status_code == 422


def test_start_closed_round_unknown_round_and_readers(owner, round_):
    closed = make_closed_round()
    browser = client(owner.staff)
    assert "접수하지 않습니다" in browser.get(url("start", closed.key)).content.decode()
    assert browser.post(url("start", closed.key), {"track": closed.tracks.first().pk}).status_code == 422
    assert browser.get(url("start", "no-such-round")).status_code == 404
    assert client(make.officer()).get(url("start", round_.key)).status_code == 403
    assert client().get(url("start", round_.key)).status_code == 302


# ── Saving ───────────────────────────────────────────────────────────────────────────────────────────
def test_plain_save_without_javascript(application, owner):
    browser = client(owner.staff)
    answer = browser.post(url("section", application.ref, "project"), form(application, "project", title="새 과제"))
    assert answer.status_code == 303
    application.refresh_from_db()
    assert application.title == "새 과제"
    assert "저장했습니다" in browser.get(answer["Location"]).content.decode()


def test_half_an_answer_is_saved_and_says_what_is_missing(application, owner):
    browser = client(owner.staff)
    browser.post(url("section", application.ref, "project"), {"title": "제목만", "version": 1})
    page = browser.get(url("section", application.ref, "project")).content.decode()
    assert "제목만" in page and 'href="#id_product"' in page


def test_too_long_and_wrong_type_keep_what_was_typed(application, owner):
    browser = client(owner.staff)
    long = "가" * 151
    answer = browser.post(url("section", application.ref, "project"), form(application, "project", title=long, product="남는 글"))
    page = answer.content.decode()
    assert answer.status_code == 422 and long in page
    stored = application.sections.get(key="project").answers
    assert "title" not in stored and stored["product"] == "남는 글"
    answer = browser.post(url("section", application.ref, "company"), form(application, "company", employees="many"))
    assert answer.status_code == 422 and "many" in answer.content.decode()
    answer = browser.post(url("section", application.ref, "project"), form(application, "project", regulatory_route="<b>"))
    assert answer.status_code == 422
    answer = browser.post(url("section", application.ref, "project"), form(application, "project", title="a\x00b"))
    assert answer.status_code == 422


def test_line_ends_count_as_one_character(application, owner):
    text = "가\r\n" * 299 + "나"
    answer = client(owner.staff).post(url("section", application.ref, "project"), form(application, "project", summary=text))
    assert answer.status_code == 303


def test_autosave_answers_with_a_line_and_the_new_version(application, owner):
    browser = client(owner.staff)
    answer = browser.post(url("autosave", application.ref, "project"), form(application, "project"), **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in page
    assert 'id="id_version" value="2"' in page and "저장했습니다" in page


def test_two_writers_see_each_other_and_nothing_is_lost(application, owner):
    stale = form(application, "project", product="내 글")
    client(owner.representative).post(
        url("section", application.ref, "project"), form(application, "project", product="동료의 글")
    )
    browser = client(owner.staff)
    for address in (url("section", application.ref, "project"), url("autosave", application.ref, "project")):
        answer = browser.post(address, stale)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert owner.representative.name in page and "동료의 글" in page
    assert "내 글" in browser.post(url("section", application.ref, "project"), stale).content.decode()
    assert application.sections.get(key="project").answers["product"] == "동료의 글"
    version = application.sections.get(key="project").version
    assert browser.post(url("section", application.ref, "project"), {**stale, "over": version}).status_code == 303
    assert application.sections.get(key="project").answers["product"] == "내 글"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_bad_version_is_a_conflict_not_a_crash(application, owner, version):
    sent = form(application, "project", version=version)
    assert client(owner.staff).post(url("section", application.ref, "project"), sent).status_code == 409


def test_a_lost_session_keeps_the_text(application, owner):
    sent = form(application, "project", product="잃으면 안 되는 글")
    plain = client().post(url("section", application.ref, "project"), sent)
    assert plain.status_code == 401 and "잃으면 안 되는 글" in plain.content.decode()
    quiet = client().post(url("autosave", application.ref, "project"), sent, **HTMX)
    page = quiet.content.decode()
    assert quiet.status_code == 401 and "HX-Redirect" not in quiet and "/accounts/login/" in page and 'target="_blank"' in page
    assert application.sections.get(key="project").version == 1


def test_a_closed_round_says_so_and_keeps_the_draft_readable(application, owner, round_):
    make.save(application, "project", owner.staff, title="읽을 수 있는 초안")
    sent = form(application, "project", product="늦은 글")
    browser = client(owner.staff)
    with clock.at(round_.closes_at):
        answer = browser.post(url("section", application.ref, "project"), sent)
        assert answer.status_code == 422 and "마감" in answer.content.decode()
        assert browser.post(url("autosave", application.ref, "project"), sent).status_code == 422
        page = browser.get(url("section", application.ref, "project")).content.decode()
        assert "읽을 수 있는 초안" in page and "id_product" not in page
        assert "접수가 마감되었습니다" in browser.get(url("detail", application.ref)).content.decode()
        assert "접수가 마감되었습니다" in browser.get(url("submit", application.ref)).content.decode()


# ── Need, matches, money ─────────────────────────────────────────────────────────────────────────────
def test_need_and_match_are_chosen_in_the_browser(application, owner, round_):
    row = make.need(owner, round_)
    chosen = make.match(owner, row)
    browser = client(owner.staff)
    assert browser.post(url("need", application.ref), {"need": row.pk}).status_code == 303
    assert "선택하기" in browser.get(url("section", application.ref, "data_need")).content.decode()
    assert browser.post(url("matches", application.ref), {"choose": chosen.pk}).status_code == 303
    page = browser.get(url("section", application.ref, "budget")).content.decode()
    assert "400,000,000원 × 85 % = 340,000,000원, 한도 320,000,000원 적용" in page
    assert browser.post(url("matches", application.ref), {"drop": chosen.pk}).status_code == 303
    assert not application.application_matches.exists()


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999999", "-5", "１２"])
def test_bad_ids_of_need_and_match_are_refused_in_words(application, owner, number):
    browser = client(owner.staff)
    for name, field in (("need", "need"), ("matches", "choose"), ("matches", "drop")):
        assert browser.post(url(name, application.ref), {field: number}).status_code == 303
    application.refresh_from_db()
    assert application.need_id is None


def test_another_companys_match_is_refused(application, owner, round_):
    stranger = make.firm()
    foreign = make.match(stranger, make.need(stranger, round_))
    browser = client(owner.staff)
    answer = browser.post(url("matches", application.ref), {"choose": foreign.pk}, follow=True)
    assert "더 이상 선택할 수 없는 매칭" in answer.content.decode()


def test_the_formula_is_live_and_has_a_button(owner):
    application = make.start(owner, make_round(match_timing="AFTER_SELECTION"))
    browser = client(owner.staff)
    sent = {"planned_supply_won": "400,000,000", "own_in_kind_won": "", "version": 1}
    counted = browser.post(url("section", application.ref, "budget"), {**sent, "calculate": "1"})
    assert counted.status_code == 200 and "한도 320,000,000원 적용" in counted.content.decode()
    assert application.sections.get(key="budget").version == 1  # counted, not saved
    live = browser.post(url("autosave", application.ref, "budget"), sent, **HTMX)
    assert live.status_code == 200 and "한도 320,000,000원 적용" in live.content.decode()
    for wrong in ("-1", "abc", "1.5", "9" * 30):
        version = application.sections.get(key="budget").version
        answer = browser.post(url("section", application.ref, "budget"), {"planned_supply_won": wrong, "version": version})
        assert answer.status_code == 422 and wrong in answer.content.decode().replace(",", "")


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────
def test_upload_replace_download_remove(application, owner):
    browser = client(owner.staff)
    address = url("document", application.ref, "PROJECT_PLAN")
    assert browser.post(address, {"file": make.pdf("계획서.pdf")}).status_code == 303
    assert browser.post(address, {"file": make.pdf("계획서2.pdf")}).status_code == 303
    file = queries.documents(application).get().document
    assert file.name == "계획서2.pdf"
    download = url("download", application.ref, file.ref)
    assert browser.get(download).status_code == 200
    assert client(make.firm().staff).get(download).status_code == 404
    assert client().get(download).status_code == 302
    foreign = make.stored(make.firm())
    assert browser.get(url("download", application.ref, foreign.ref)).status_code == 404
    assert browser.post(url("remove_document", application.ref, "PROJECT_PLAN")).status_code == 303
    assert not queries.documents(application).exists()


def test_bad_uploads(application, owner):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = client(owner.staff)
    address = url("document", application.ref, "PROJECT_PLAN")
    assert browser.post(address, {}).status_code == 422
    for bad in (SimpleUploadedFile("plan.pdf", b""), SimpleUploadedFile("x.exe", b"MZ"), SimpleUploadedFile("plan.pdf", b"MZ90")):
        answer = browser.post(address, {"file": bad})
        assert answer.status_code == 422 and "form-hint-invalid" in answer.content.decode()
    assert browser.post(url("document", application.ref, "SECRET"), {"file": make.pdf()}).status_code == 422
    assert client(make.firm().staff).post(address, {"file": make.pdf()}).status_code == 404
    assert client().post(address, {"file": make.pdf()}).status_code == 302
    assert not application.application_documents.exists()


# ── Submit ───────────────────────────────────────────────────────────────────────────────────────────
def test_submit_page_lists_what_is_missing(application, owner):
    page = client(owner.representative).get(url("submit", application.ref)).content.decode()
    assert f'{url("section", application.ref, "project")}#id_title' in page
    assert client(owner.representative).post(url("submit", application.ref), {}).status_code == 422


def test_submit_gives_a_confirmation_and_the_back_button_finds_it(owner):
    application = make.draft(owner)
    browser = client(owner.representative)
    address = url("submit", application.ref)
    page = browser.get(address).content.decode()
    assert "제출하기" in page
    sent = {"content": queries.content_hash(application)}
    assert browser.post(address, sent).status_code == 422  # the declaration was not ticked
    first = browser.post(address, {**sent, "declaration": "on"})
    assert first.status_code == 303 and first["Location"] == url("receipt", application.ref)
    second = browser.post(address, {**sent, "declaration": "on"})
    assert second.status_code == 303 and second["Location"] == first["Location"]
    receipt = browser.get(first["Location"]).content.decode()
    application.refresh_from_db()
    assert application.receipt_no in receipt
    assert all(row.document.sha256 in receipt for row in queries.documents(application))
    assert browser.get(address).status_code == 302 or browser.get(address).status_code == 303
    status = browser.get(url("detail", application.ref)).content.decode()
    assert ("timeline" in status and "주무관" in status) or "담당" in status


def test_submit_changed_content_is_a_conflict(owner):
    application = make.draft(owner)
    seen = queries.content_hash(application)
    make.save(application, "project", owner.staff, product="바뀐 내용")
    answer = client(owner.representative).post(url("submit", application.ref), {"content": seen, "declaration": "on"})
    assert answer.status_code == 409
    application.refresh_from_db()
    assert application.status == "DRAFT"


def test_submit_by_a_colleague_is_refused_in_words(owner):
    application = make.draft(owner)
    browser = client(owner.staff)
    assert "대표자만" in browser.get(url("submit", application.ref)).content.decode()
    sent = {"content": queries.content_hash(application), "declaration": "on"}
    assert browser.post(url("submit", application.ref), sent).status_code == 422
    application.refresh_from_db()
    assert application.status == "DRAFT"


def test_joint_representatives_certify_in_the_browser():
    owner = make.firm(joint=True)
    application = make.draft(owner)
    sent = {"content": queries.content_hash(application), "declaration": "on"}
    address = url("submit", application.ref)
    assert client(owner.representative).post(address, {**sent, "certify": "1"}).status_code == 303
    assert "아직 확인하지 않음" in client(owner.others[0]).get(address).content.decode()
    assert client(owner.others[0]).post(address, sent).status_code == 303
    application.refresh_from_db()
    assert application.receipt_no


def test_receipt_pdf(owner):
    done = make.submitted(owner)
    for language in ("", "/en"):
        answer = client(owner.staff).get(language + url("receipt_pdf", done.ref))
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
        from io import BytesIO

        from pypdf import PdfReader

        text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
        assert done.receipt_no in text
    assert client(make.firm().staff).get(url("receipt_pdf", done.ref)).status_code == 404
    draft = make.start(make.firm(), done.round)
    mate = draft.company.organisation.memberships.first().user
    assert client(mate).get(url("receipt", draft.ref)).status_code == 404
    assert client(mate).get(url("receipt_pdf", draft.ref)).status_code == 404


# ── Afterwards ───────────────────────────────────────────────────────────────────────────────────────
def test_withdraw_in_the_browser(owner):
    done = make.submitted(owner)
    browser = client(owner.representative)
    address = url("withdraw", done.ref)
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "가" * 1001}).status_code == 422
    assert client(owner.staff).post(address, {"reason": "x"}).status_code == 422
    assert client(make.firm().representative).post(address, {"reason": "x"}).status_code == 404
    assert browser.post(address, {"reason": "계획 변경"}).status_code == 303
    assert browser.post(address, {"reason": "계획 변경"}).status_code == 422
    assert "철회" in browser.get(url("detail", done.ref)).content.decode()


def test_supplement_in_the_browser(owner):
    by, browser = make.officer(), client(owner.representative)
    done = make.submitted(owner)
    actions.begin_check(application_id=done.pk, by=by)
    actions.request_supplement(application_id=done.pk, request="인력 계획을 보완해 주십시오.", sections=["project"], by=by)
    page = browser.get(url("detail", done.ref)).content.decode()
    assert "인력 계획을 보완해 주십시오." in page
    early = browser.post(url("supplement", done.ref), follow=True)
    assert "아직 보완하지 않은 항목" in early.content.decode()
    assert browser.post(url("section", done.ref, "project"), form(done, "project", team="보완")).status_code == 303
    assert browser.post(url("section", done.ref, "company"), form(done, "company")).status_code == 422
    assert browser.post(url("supplement", done.ref)).status_code == 303
    done.refresh_from_db()
    assert done.status == "ELIGIBILITY_CHECK"
    why = browser.get(url("why", done.ref)).content.decode()
    assert "참여제한" in why and "충족" in why


def test_a_released_outcome_gives_its_reason_in_the_readers_language(owner):
    by, done = make.officer(), make.submitted(owner)
    actions.begin_check(application_id=done.pk, by=by)
    actions.find_eligible(application_id=done.pk, by=by)
    actions.begin_evaluation(application_id=done.pk, by=by)
    actions.reject(application_id=done.pk, reason="합격점에 미치지 못했습니다.", reason_en="Below the pass mark.", by=None)
    assert "합격점에 미치지 못했습니다." in client(owner.staff).get(url("detail", done.ref)).content.decode()
    english = client(owner.staff).get("/en" + url("detail", done.ref)).content.decode()
    assert "Below the pass mark." in english and "합격점" not in english


def test_list_of_one_and_thirty_needs_the_same_queries(owner, django_assert_max_num_queries):
    from django.db import connection

    make.start(owner, make_round())
    browser = client(owner.staff)
    browser.get(url("list"))
    with CaptureQueriesContext(connection, ) as one:
        assert browser.get(url("list")).status_code == 200
    for _ in range(29):
        make.start(owner, make_round())
    with CaptureQueriesContext(connection) as thirty:
        assert browser.get(url("list")).status_code == 200
    assert len(thirty) <= len(one) + 1, (len(one), len(thirty))
    assert "?page=2" in browser.get(url("list")).content.decode()


def test_list_by_reader(owner, application):
    assert application.ref in client(owner.staff).get(url("list")).content.decode()
    assert application.ref not in client(make.firm().staff).get(url("list")).content.decode()
    assert client(make.officer()).get(url("list")).status_code == 200
    assert client().get(url("list")).status_code == 302


# ── Admin ────────────────────────────────────────────────────────────────────────────────────────────
def admin_url(name: str, *args) -> str:
    return reverse(f"admin:vouchers_application_{name}", args=args)


def test_an_officer_checks_in_the_admin(owner):
    done, by = make.submitted(owner), make.officer()
    browser = client(by)
    listed = browser.get(admin_url("changelist"))
    assert listed.status_code == 200 and done.receipt_no in listed.content.decode()
    page = browser.get(admin_url("change", done.pk))
    assert page.status_code == 200 and "요건검토 시작하기" in page.content.decode()
    assert browser.post(admin_url("verb", done.pk, "begin_check")).status_code == 302
    check = done.eligibility_checks.get(rule="RESTRICTION")
    rule_page = reverse("admin:vouchers_eligibilitycheck_change", args=[check.pk])
    assert rule_page in browser.get(admin_url("change", done.pk)).content.decode()
    assert "이 요건 판단하기" in browser.get(rule_page).content.decode()
    judge = reverse("admin:vouchers_eligibilitycheck_verb", args=[check.pk, "judge_rule"])
    assert browser.get(judge).status_code == 200
    assert browser.post(judge, {"verdict": "", "reason": ""}).status_code == 422
    assert browser.post(judge, {"verdict": "NOT_MET", "reason": "참여제한 중입니다."}).status_code == 302
    assert browser.post(admin_url("verb", done.pk, "find_eligible")).status_code in {302, 422}
    done.refresh_from_db()
    assert done.status == "ELIGIBILITY_CHECK"
    refuse = admin_url("verb", done.pk, "find_ineligible")
    assert browser.post(refuse, {"reason": ""}).status_code == 422
    assert browser.post(refuse, {"reason": "참여제한 기간입니다."}).status_code == 302
    done.refresh_from_db()
    assert done.status == "INELIGIBLE"
    told = client(owner.staff).get(url("detail", done.ref)).content.decode()
    assert "참여제한 기간입니다." in told


def test_supplement_form_in_the_admin(owner):
    done, by = make.submitted(owner), make.officer()
    actions.begin_check(application_id=done.pk, by=by)
    address, browser = admin_url("verb", done.pk, "request_supplement"), client(by)
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"request": "x"}).status_code == 422
    assert browser.post(address, {"request": "x", "sections": ["nonsense"]}).status_code == 422
    assert browser.post(address, {"request": "보완", "sections": ["project", "budget"]}).status_code == 302
    done.refresh_from_db()
    assert done.supplement_sections == ["project", "budget"]


def test_the_admin_is_not_for_companies(owner):
    done = make.submitted(owner)
    for user in (owner.representative, None):
        answer = client(user).get(admin_url("change", done.pk))
        assert answer.status_code in {302, 403}
        assert done.title not in answer.content.decode()


def test_drafts_are_not_in_the_admin(application):
    answer = client(make.officer()).get(admin_url("change", application.pk))
    assert answer.status_code in {302, 404}


def test_pages_in_english_say_no_korean_interface_words(owner, application):
    with translation.override("en"):
        page = client(owner.staff).get("/en" + url("section", application.ref, "project").removeprefix("/en")).content.decode()
    assert "Project title" in page and "과제명" not in page


def test_the_deadline_is_the_servers(application, owner, round_):
    with clock.at(round_.closes_at - timedelta(seconds=1)):
        sent = form(application, "project")
        assert client(owner.staff).post(url("section", application.ref, "project"), sent).status_code == 303


def test_matches_are_chosen_in_the_browser_after_selection_where_the_round_says_so(owner):
    later = make_round(match_timing="AFTER_SELECTION")
    done = make.draft(owner, later)
    chosen = make.match(owner, done.need)
    actions.submit(application_id=done.pk, by=owner.representative)
    browser = client(owner.staff)
    page = browser.get(url("section", done.ref, "data_need")).content.decode()
    assert f'name="choose" value="{chosen.pk}"' in page and "매칭만 선택할 수 있습니다" in page
    assert browser.post(url("matches", done.ref), {"choose": chosen.pk}).status_code == 303
    assert done.application_matches.filter(match=chosen).exists()
    actions.fix_matches(application_id=done.pk, by=None)
    page = browser.get(url("section", done.ref, "data_need")).content.decode()
    assert 'name="drop"' not in page and "고칠 수 없습니다" in page
    answer = browser.post(url("matches", done.ref), {"drop": chosen.pk}, follow=True)
    assert "협약이 작성되었습니다" in answer.content.decode()
    assert client(make.firm().staff).post(url("matches", done.ref), {"drop": chosen.pk}).status_code == 404
    assert done.application_matches.filter(match=chosen).exists()


def test_a_refused_upload_says_why_and_leads_to_the_field(application, owner, round_):
    browser = client(owner.staff)
    page = browser.post(url("document", application.ref, "PROJECT_PLAN"))
    assert page.status_code == 422 and 'href="#file_PROJECT_PLAN"' in page.content.decode()
    page = browser.post(url("document", application.ref, "NONSENSE"), {"file": make.pdf()})
    assert page.status_code == 422 and "받지 않는 서류" in page.content.decode()
    with clock.at(round_.closes_at):
        page = browser.post(url("document", application.ref, "PROJECT_PLAN"), {"file": make.pdf()})
        assert page.status_code == 422 and "마감" in page.content.decode()


def test_a_selected_application_is_declined_not_withdrawn(owner):
    done = make.submitted(owner)
    Application.objects.filter(pk=done.pk).update(status="SELECTED")
    page = client(owner.representative).get(url("withdraw", done.ref)).content.decode()
    assert reverse("evaluation:result", args=[done.ref]) in page and "<textarea" not in page


def test_a_closed_call_is_closed_not_late(owner, application, round_):
    browser = client(owner.staff)
    with clock.at(round_.closes_at + timedelta(days=30)):
        for address in (url("list"), url("detail", application.ref), url("section", application.ref, "budget"),
                        url("submit", application.ref), url("start", round_.key)):  # fmt: skip
            assert "지남" not in browser.get(address).content.decode(), address


def test_start_is_offered_only_where_there_is_room(owner, round_):
    browser = client(owner.representative)
    start = url("start", round_.key)
    assert f'href="{start}"' in browser.get(url("list")).content.decode()
    make.start(owner, round_)
    assert f'href="{start}"' not in browser.get(url("list")).content.decode()


def test_electronic_service_needs_an_address(owner, round_):
    owner.company.service_email = ""
    owner.company.save()
    done = make.draft(owner, round_)
    page = client(owner.representative).get(url("submit", done.ref)).content.decode()
    assert "전자송달 주소를 입력하시거나" in page


def test_admin_list_of_one_and_many_needs_the_same_queries(owner):
    make.submitted(owner)
    browser = client(make.officer())
    browser.get("/admin/vouchers/application/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/admin/vouchers/application/")
        asked = len(one)
    for _number in range(5):
        make.submitted()
    browser.get("/admin/vouchers/application/")  # counts are remembered until something happens
    with CaptureQueriesContext(connection) as many:
        page = browser.get("/admin/vouchers/application/").content.decode()
        assert len(many) <= asked
    assert asked > 3 and page.count("HDV-") >= 6
    assert ">GANGWON<" not in page
