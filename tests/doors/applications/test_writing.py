"""Start, sections, need and matches, documents."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.documents.models import Document
from portal.kit import clock
from portal.kit.errors import Refused
from tests.doors import as_
from tests.doors.applications import HTMX, form, url
from tests.factories import applications as make
from tests.factories.files import stored_files
from tests.factories.rounds import make_closed_round, make_round
from vouchers.applications import actions, queries, rules
from vouchers.applications.models import Application
from vouchers.companies import actions as companies

pytestmark = pytest.mark.django_db


def test_start_leads_to_the_task_list(owner, round_):
    browser = as_(owner.staff)
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
    assert as_(owner.staff).post(url("start", round_.key), {"track": track}).status_code == 422
    assert as_(owner.staff).post(url("start", round_.key), {}).status_code == 422


def test_start_closed_round_unknown_round_and_readers(owner, round_):
    closed = make_closed_round()
    browser = as_(owner.staff)
    assert "접수하지 않습니다" in browser.get(url("start", closed.key)).content.decode()
    assert browser.post(url("start", closed.key), {"track": closed.tracks.first().pk}).status_code == 422
    assert browser.get(url("start", "no-such-round")).status_code == 404
    assert as_(make.officer()).get(url("start", round_.key)).status_code == 403
    assert as_().get(url("start", round_.key)).status_code == 302


def test_start_is_offered_only_where_there_is_room(owner, round_):
    browser = as_(owner.representative)
    start = url("start", round_.key)
    assert f'href="{start}"' in browser.get(url("list")).content.decode()
    make.start(owner, round_)
    assert f'href="{start}"' not in browser.get(url("list")).content.decode()


def test_plain_save_without_javascript(application, owner):
    browser = as_(owner.staff)
    answer = browser.post(url("section", application.ref, "project"), form(application, "project", title="새 과제"))
    assert answer.status_code == 303
    application.refresh_from_db()
    assert application.title == "새 과제"
    assert "저장했습니다" in browser.get(answer["Location"]).content.decode()


def test_save_and_go_on_leads_to_the_next_section_and_behind_the_last_to_the_check(application, owner):
    browser = as_(owner.staff)
    page = browser.get(url("section", application.ref, "company")).content.decode()
    assert 'name="next"' in page and "저장하고 다음: 과제" in page
    sent = form(application, "company", next="1", employees="7")
    answer = browser.post(url("section", application.ref, "company"), sent)
    assert answer.status_code == 303 and answer["Location"] == url("section", application.ref, "project")
    assert application.sections.get(key="company").answers["employees"] == 7
    wrong = browser.post(url("section", application.ref, "company"), form(application, "company", next="1", employees="x"))
    assert wrong.status_code == 422
    last = list(rules.ORDER)[-1]
    answer = browser.post(url("section", application.ref, last), form(application, last, next="1"))
    assert answer["Location"] == url("submit", application.ref)


def test_autosave_brings_the_sections_state_and_the_side_list_along(application, owner):
    browser = as_(owner.staff)
    answer = browser.post(url("autosave", application.ref, "project"), form(application, "project"), **HTMX).content.decode()
    state = application.sections.get(key="project").get_state_display()
    for part in ("section-state", "section-links"):
        at = answer.index(f'id="{part}" hx-swap-oob="true"')
        assert state in answer[at:]
    plain = browser.get(url("section", application.ref, "project")).content.decode()
    assert 'id="section-state"' in plain and 'id="section-links"' in plain and "oob" not in plain


def test_what_is_stored_already_is_no_conflict(application, owner):
    """The button after an autosave whose answer was not seen yet sends the version of before."""
    sent = form(application, "project", product="같은 글")
    browser = as_(owner.staff)
    assert browser.post(url("autosave", application.ref, "project"), sent, **HTMX).status_code == 200
    assert browser.post(url("section", application.ref, "project"), sent).status_code == 303
    assert application.sections.get(key="project").version == 2


def test_half_an_answer_is_saved_and_says_what_is_missing(application, owner):
    browser = as_(owner.staff)
    browser.post(url("section", application.ref, "project"), {"title": "제목만", "version": 1})
    page = browser.get(url("section", application.ref, "project")).content.decode()
    assert "제목만" in page and 'href="#id_product"' in page


def test_too_long_and_wrong_type_keep_what_was_typed(application, owner):
    browser = as_(owner.staff)
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
    answer = as_(owner.staff).post(url("section", application.ref, "project"), form(application, "project", summary=text))
    assert answer.status_code == 303


def test_autosave_answers_with_a_line_and_the_new_version(application, owner):
    browser = as_(owner.staff)
    answer = browser.post(url("autosave", application.ref, "project"), form(application, "project"), **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in page
    assert 'id="id_version" value="2"' in page and "저장했습니다" in page


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_bad_version_is_a_conflict_not_a_crash(application, owner, version):
    sent = form(application, "project", version=version)
    assert as_(owner.staff).post(url("section", application.ref, "project"), sent).status_code == 409


def test_a_lost_session_keeps_the_text(application, owner):
    sent = form(application, "project", product="잃으면 안 되는 글")
    plain = as_().post(url("section", application.ref, "project"), sent)
    assert plain.status_code == 401 and "잃으면 안 되는 글" in plain.content.decode()
    quiet = as_().post(url("autosave", application.ref, "project"), sent, **HTMX)
    page = quiet.content.decode()
    assert quiet.status_code == 401 and "HX-Redirect" not in quiet and "/accounts/login/" in page and 'target="_blank"' in page
    assert application.sections.get(key="project").version == 1


def test_a_closed_round_says_so_and_keeps_the_draft_readable(application, owner, round_):
    make.save(application, "project", owner.staff, title="읽을 수 있는 초안")
    sent = form(application, "project", product="늦은 글")
    browser = as_(owner.staff)
    with clock.at(round_.closes_at):
        answer = browser.post(url("section", application.ref, "project"), sent)
        assert answer.status_code == 422 and "마감" in answer.content.decode()
        assert "늦은 글" in answer.content.decode()  # not saved, but not lost either
        assert browser.post(url("autosave", application.ref, "project"), sent).status_code == 422
        page = browser.get(url("section", application.ref, "project")).content.decode()
        assert "읽을 수 있는 초안" in page and "id_product" not in page
        tasks = browser.get(url("detail", application.ref)).content.decode()
        assert "에 마감되었습니다" in tasks and "다른 공고에 신청" in tasks and "입력하는 대로 저장" not in tasks
        assert "에 마감되었습니다" in browser.get(url("submit", application.ref)).content.decode()
        desk = browser.get("/home/").content.decode()
        assert "에 마감되어" in desk and "지남" not in desk and "신청서 제출:" not in desk


def test_the_deadline_is_the_servers(application, owner, round_):
    with clock.at(round_.closes_at - timedelta(seconds=1)):
        sent = form(application, "project")
        assert as_(owner.staff).post(url("section", application.ref, "project"), sent).status_code == 303


def test_need_and_match_are_chosen_in_the_browser(application, owner, round_):
    row = make.need(owner, round_)
    chosen = make.match(owner, row)
    browser = as_(owner.staff)
    assert browser.post(url("need", application.ref), {"need": row.pk}).status_code == 303
    page = browser.get(url("section", application.ref, "data_need")).content.decode()
    assert "선택함" in page and "선택 취소" in page and "선택하기" not in page  # the only one is chosen already
    assert browser.post(url("matches", application.ref), {"drop": chosen.pk}).status_code == 303
    assert "선택하기" in browser.get(url("section", application.ref, "data_need")).content.decode()
    assert browser.post(url("matches", application.ref), {"choose": chosen.pk}).status_code == 303
    page = browser.get(url("section", application.ref, "budget")).content.decode()
    assert "400,000,000원 × 85% = 340,000,000원, 한도 320,000,000원 적용" in page
    assert browser.post(url("matches", application.ref), {"drop": chosen.pk}).status_code == 303
    assert not application.application_matches.exists()


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999999", "-5", "１２"])
def test_bad_ids_of_need_and_match_are_refused_in_words(application, owner, number):
    browser = as_(owner.staff)
    for name, field in (("need", "need"), ("matches", "choose"), ("matches", "drop")):
        assert browser.post(url(name, application.ref), {field: number}).status_code == 303
    application.refresh_from_db()
    assert application.need_id is None


def test_another_companys_match_is_refused(application, owner, round_):
    stranger = make.firm()
    foreign = make.match(stranger, make.need(stranger, round_))
    browser = as_(owner.staff)
    answer = browser.post(url("matches", application.ref), {"choose": foreign.pk}, follow=True)
    assert "더 이상 선택할 수 없는 매칭" in answer.content.decode()


def test_matches_are_chosen_in_the_browser_after_selection_where_the_round_says_so(owner):
    later = make_round(match_timing="AFTER_SELECTION")
    done = make.draft(owner, later)
    chosen = make.match(owner, done.need)
    actions.submit(application_id=done.pk, by=owner.representative)
    browser = as_(owner.staff)
    page = browser.get(url("section", done.ref, "data_need")).content.decode()
    assert f'name="choose" value="{chosen.pk}"' in page and "매칭만 선택할 수 있습니다" in page
    assert browser.post(url("matches", done.ref), {"choose": chosen.pk}).status_code == 303
    assert done.application_matches.filter(match=chosen).exists()
    actions.fix_matches(application_id=done.pk, by=None)
    page = browser.get(url("section", done.ref, "data_need")).content.decode()
    assert 'name="drop"' not in page and "고칠 수 없습니다" in page
    answer = browser.post(url("matches", done.ref), {"drop": chosen.pk}, follow=True)
    assert "협약이 작성되었습니다" in answer.content.decode()
    assert as_(make.firm().staff).post(url("matches", done.ref), {"drop": chosen.pk}).status_code == 404
    assert done.application_matches.filter(match=chosen).exists()


def test_the_formula_is_live_and_has_a_button(owner):
    application = make.start(owner, make_round(match_timing="AFTER_SELECTION"))
    browser = as_(owner.staff)
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


def test_going_on_with_too_much_in_kind_names_the_limit(owner):
    application = make.start(owner, make_round(match_timing="AFTER_SELECTION"))
    address, browser = url("section", application.ref, "budget"), as_(owner.staff)
    for typed, button in (("399,999,999", "next"), ("9" * 30, "save")):
        version = application.sections.get(key="budget").version
        sent = {"planned_supply_won": "400,000,000", "own_in_kind_won": typed, "version": version, button: "1"}
        answer = browser.post(address, sent)
        most = answer.context["in_kind_most"]
        assert answer.status_code == 422 and answer.context["form"].errors["own_in_kind_won"] == [
            f"이 공급가액에서 현물 자부담은 최대 {most:,}원까지 가능합니다. 더 작은 금액을 입력해 주십시오."
        ]


def test_upload_replace_download_remove(application, owner):
    browser = as_(owner.staff)
    address = url("document", application.ref, "PROJECT_PLAN")
    assert browser.post(address, {"file": make.pdf("계획서.pdf")}).status_code == 303
    assert browser.post(address, {"file": make.pdf("계획서2.pdf")}).status_code == 303
    file = queries.documents(application).get().document
    assert file.name == "계획서2.pdf"
    download = url("download", application.ref, file.ref)
    assert browser.get(download).status_code == 200
    assert as_(make.firm().staff).get(download).status_code == 404
    assert as_().get(download).status_code == 302
    foreign = make.stored(make.firm())
    assert browser.get(url("download", application.ref, foreign.ref)).status_code == 404
    assert browser.post(url("remove_document", application.ref, "PROJECT_PLAN")).status_code == 303
    assert not queries.documents(application).exists()


def test_a_colleagues_required_file_is_never_replaced_or_removed_unread(application, owner):
    """The page sends which file it showed; what a colleague uploaded since stands until it was looked at."""
    browser, colleague = as_(owner.staff), as_(owner.representative)
    section = url("section", application.ref, "documents")
    address = url("document", application.ref, "PROJECT_PLAN")

    def row():
        return next(one for one in browser.get(section).context["kinds"] if one["kind"] == "PROJECT_PLAN")

    before = row()["seen"]
    assert f'name="seen" value="{before}"' in browser.get(section).content.decode()
    assert colleague.post(address, {"file": make.pdf("동료.pdf")}).status_code == 303
    answer = browser.post(address, {"file": make.pdf("나중.pdf"), "seen": before})
    assert answer.status_code == 422 and owner.representative.name in answer.content.decode()
    assert queries.documents(application).get().document.name == "동료.pdf"
    assert browser.post(url("remove_document", application.ref, "PROJECT_PLAN"), {"seen": before}).status_code == 303
    assert queries.documents(application).get().document.name == "동료.pdf"
    assert browser.post(address, {"file": make.pdf("나중.pdf"), "seen": row()["seen"]}).status_code == 303
    assert queries.documents(application).get().document.name == "나중.pdf"


def test_bad_uploads(application, owner):
    browser = as_(owner.staff)
    address = url("document", application.ref, "PROJECT_PLAN")
    assert browser.post(address, {}).status_code == 422
    for bad in (SimpleUploadedFile("plan.pdf", b""), SimpleUploadedFile("x.exe", b"MZ"), SimpleUploadedFile("plan.pdf", b"MZ90")):
        answer = browser.post(address, {"file": bad})
        assert answer.status_code == 422 and "form-hint-invalid" in answer.content.decode()
    assert browser.post(url("document", application.ref, "SECRET"), {"file": make.pdf()}).status_code == 422
    assert as_(make.firm().staff).post(address, {"file": make.pdf()}).status_code == 404
    assert as_().post(address, {"file": make.pdf()}).status_code == 302
    assert not application.application_documents.exists()


def test_a_file_that_is_not_attached_after_all_is_not_kept(application, owner, monkeypatch):
    def refuse(**_more):
        raise Refused("그 사이에 마감되었습니다.", "late")

    before = stored_files()
    monkeypatch.setattr("vouchers.applications.actions.attach_document", refuse)
    answer = as_(owner.staff).post(url("document", application.ref, "PROJECT_PLAN"), {"file": make.pdf()})
    assert answer.status_code == 422 and "그 사이에 마감" in answer.content.decode()
    assert stored_files() == before and not Document.objects.filter(kind="PROJECT_PLAN").exists()


def test_a_refused_upload_says_why_and_leads_to_the_field(application, owner, round_):
    browser = as_(owner.staff)
    page = browser.post(url("document", application.ref, "PROJECT_PLAN"))
    assert page.status_code == 422 and 'href="#file_PROJECT_PLAN"' in page.content.decode()
    page = browser.post(url("document", application.ref, "NONSENSE"), {"file": make.pdf()})
    assert page.status_code == 422 and "받지 않는 서류" in page.content.decode()
    with clock.at(round_.closes_at):
        page = browser.post(url("document", application.ref, "PROJECT_PLAN"), {"file": make.pdf()})
        assert page.status_code == 422 and "마감" in page.content.decode()


def test_the_companys_own_papers_are_taken_without_a_second_upload(application, owner):
    browser, kind = as_(owner.staff), "BUSINESS_REGISTRATION"
    take = url("take_document", application.ref, kind)
    assert "기업 서류에서 가져오기" not in browser.get(url("section", application.ref, "documents")).content.decode()
    assert "유효한 파일이 없습니다" in browser.post(take, follow=True).content.decode()
    paper = make.stored(owner, kind)
    companies.add_registration_file(company_id=owner.company.pk, document=paper, by=owner.representative)
    page = browser.get(url("section", application.ref, "documents")).content.decode()
    assert "기업 서류에서 가져오기" in page and "business_registration.pdf" in page and take in page
    assert as_(make.firm().staff).post(take).status_code == 404 and as_().post(take).status_code == 302
    assert browser.post(take).status_code == 303
    assert queries.documents(application).get().document == paper
    assert take not in browser.get(url("section", application.ref, "documents")).content.decode()  # it counts already
    newer = make.stored(owner, kind)
    companies.add_registration_file(company_id=owner.company.pk, document=newer, by=owner.representative)
    assert queries.documents(application).get().document == paper  # what was taken stays what it is
    Document.objects.filter(pk=newer.pk).update(scan_state="INFECTED")
    assert take not in browser.get(url("section", application.ref, "documents")).content.decode()
    browser.post(url("remove_document", application.ref, kind))
    held = browser.get(url("section", application.ref, "documents")).content.decode()
    assert take not in held and "아직 가져올 수 없습니다" in held and "바이러스 검사" in held  # why it is not offered
    companies.add_registration_file(company_id=owner.company.pk, document=paper, by=owner.representative)
    browser.post(take)
    assert browser.post(url("take_document", application.ref, "SIZE_CERTIFICATE")).status_code == 303
    assert queries.documents(application).count() == 1  # a certificate without a file is no paper


def test_what_the_need_says_is_not_asked_again(owner, round_):
    need = make.need(owner, round_)
    type(need).objects.filter(pk=need.pk).update(
        document={"modality": ["CT"], "product": "폐결절을 찾는 소프트웨어", "regulatory_route": "MFDS_CLASS_2"}
    )
    track = round_.tracks.get(key="LARGE")
    made = actions.start(round_id=round_.pk, track_id=track.pk, by=owner.staff, need_id=need.pk)
    browser, page = as_(owner.staff), url("section", made.ref, "project")
    offered = browser.get(page).content.decode()
    assert (
        "폐결절을 찾는 소프트웨어" in offered
        and 'value="MFDS_CLASS_2" selected' in offered
        and "데이터 수요에서 가져온" in offered
    )
    assert not made.sections.get(key="project").answers  # offered, not stored
    assert "데이터 수요에서 가져온" not in browser.get(url("section", made.ref, "company")).content.decode()
    actions.save_section(
        application_id=made.pk, key="project", answers={"title": "판독 보조", "product": ""}, version=1, by=owner.staff
    )
    again = browser.get(page).content.decode()
    assert "폐결절을 찾는 소프트웨어" not in again and "데이터 수요에서 가져온" not in again


def test_a_match_of_another_live_application_is_shown_but_not_offered(owner, round_):
    need = make.need(owner, round_)
    used, track = make.match(owner, need), round_.tracks.get(key="LARGE")
    first = actions.start(round_id=round_.pk, track_id=track.pk, by=owner.staff, need_id=need.pk)  # takes the only match
    elsewhere = make_round(key="elsewhere")
    second = actions.start(round_id=elsewhere.pk, track_id=elsewhere.tracks.get(key="LARGE").pk, by=owner.staff)
    browser, page = as_(owner.staff), url("section", second.ref, "data_need")
    choose = f'name="choose" value="{used.pk}"'
    told = browser.get(page).content.decode()
    assert "다른 신청에서 사용 중" in told and choose not in told
    actions.withdraw(application_id=first.pk, reason="", by=owner.representative)
    free = browser.get(page).content.decode()
    assert "다른 신청에서 사용 중" not in free and choose in free
