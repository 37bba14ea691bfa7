"""The rooms of access, as owner, colleague, provider, board, stranger, operator and nobody; bad input; other people's ids."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from portal.documents.models import Document
from portal.kit import clock, words
from portal.kit.errors import Refused
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import projects as p
from tests.factories.providers import person, provider
from vouchers.access import actions
from vouchers.access.models import AccessCase, AccessRequest
from vouchers.access.views import STEPS
from vouchers.matching.models import Need

pytestmark = pytest.mark.django_db


def statuses(path: str, *people: Any) -> list[int]:
    return [as_(user).get(path).status_code for user in people]


def step(request: AccessRequest, name: str) -> str:
    return f"/access/requests/{request.ref}/{name}/"


def test_who_sees_a_case_and_a_request() -> None:
    at = p.in_review()
    site, request = at.sites[0], at.sites[0].request
    auditor, stranger = person("AUDITOR"), make.firm().representative
    for path in (f"/access/cases/{at.case.ref}/", f"/access/requests/{request.ref}/"):
        seers = (at.user, at.firm.representative, site.secretary, site.provider.user, auditor)
        assert statuses(path, *seers) == [200] * 5
        assert statuses(path, stranger, provider().user, person("EVALUATOR")) == [404] * 3
        assert Client().get(path).status_code == 302
        assert as_(at.user).get(f"/en{path}").status_code == 200


def test_drafts_are_the_companys_own() -> None:
    at = p.case()
    site = at.sites[0]
    path = f"/access/requests/{site.request.ref}/"
    assert statuses(path, at.user, site.secretary, person("AUDITOR"), site.provider.user) == [200, 404, 404, 404]
    assert statuses(f"/access/cases/{at.case.ref}/", site.secretary) == [404]


def test_lists_show_only_ones_own_and_count_their_queries(django_assert_max_num_queries: Any) -> None:
    at = p.in_review()
    for user in (at.user, at.sites[0].secretary, at.sites[0].provider.user):
        page = as_(user).get("/access/").content.decode()
        assert at.sites[0].request.ref in page
    assert at.sites[0].request.ref not in as_(make.firm().staff).get("/access/").content.decode()
    assert as_(at.user).get("/access/?status=IN_REVIEW&page=99").status_code == 200
    assert at.sites[0].request.ref not in as_(at.user).get("/access/?status=APPROVED").content.decode()
    client = as_(at.user)
    with django_assert_max_num_queries(22):
        client.get("/access/")


def test_open_write_and_submit_a_dossier() -> None:
    owner = make.firm()
    match = make.match(owner, make.need(owner, p.make_round()))
    client = as_(owner.staff)
    assert client.get("/access/new/").status_code == 200
    assert client.post("/access/new/", {"title": "", "match": []}).status_code == 422
    foreign = make.match(make.firm(), make.need(make.firm(), p.make_round()))
    wrong = client.post("/access/new/", {"title": "폐결절", "match": [foreign.pk]})
    assert wrong.status_code == 422 and "폐결절" in wrong.content.decode()
    assert client.post("/access/new/", {"title": "폐결절", "match": [match.pk]}).status_code == 303
    case = AccessCase.objects.get()
    path, today = f"/access/cases/{case.ref}/dossier/", clock.today().isoformat()
    given = {**p.DOSSIER, "use_from": today, "use_until": today, "version": case.version}
    late = client.post(path, {**given, "version": 99})
    assert late.status_code == 422 and "지도 학습" in late.content.decode()
    assert client.post(path, {**given, "use_until": "2001-01-01"}).status_code == 422
    assert client.post(path, {**given, "purpose": "가" * 3001}).status_code == 422
    assert client.post(path, {**given, "version": "x"}).status_code == 422
    request = case.requests.get()
    choice = {"ethics_kind": "INSTITUTION", "ethics_route": "EXEMPTION", "drb_mode": "INSTITUTION"}
    assert client.post(step(request, "submit"), choice).status_code == 422  # the dossier is empty
    assert client.post(path, given).status_code == 303
    assert client.post(step(request, "submit"), {**choice, "drb_mode": "RECOGNISED"}).status_code == 422
    assert client.post(step(request, "submit"), choice).status_code == 303
    assert client.post(step(request, "submit"), choice).status_code == 409  # a double click
    assert client.post(path, given).status_code == 422  # the boards have it


def test_dossiers_are_written_by_the_company_only() -> None:
    at = p.in_review()
    for user, expected in ((at.sites[0].secretary, 403), (person("AUDITOR"), 403), (make.firm().staff, 404)):
        for path in ("dossier", "joint"):
            assert as_(user).get(f"/access/cases/{at.case.ref}/{path}/").status_code == expected


def test_steps_are_for_those_who_may_and_only_while_they_make_sense() -> None:
    at = p.in_review()
    request, board = at.sites[0].request, at.sites[0].secretary
    for name, allowed in (("irb", board), ("drb", board), ("irb-letter", at.user), ("withdraw", at.user)):
        others = {at.user, board, at.sites[0].provider.user} - {allowed}
        assert as_(allowed).get(step(request, name)).status_code == 200, name
        assert [as_(user).get(step(request, name)).status_code for user in others] == [403, 403], name
        assert [as_(user).post(step(request, name)).status_code for user in others] == [403, 403], name
        assert as_(make.firm().staff).post(step(request, name)).status_code == 404
    for name in ("adopt-joint", "object-joint", "start", "join-joint", "irb-confirm"):
        assert as_(board).get(step(request, name)).status_code == 409, name
        assert as_(board).post(step(request, name), {"reason": "x"}).status_code == 409, name
    assert as_(board).get(step(request, "nonsense")).status_code == 404


def test_decisions_refuse_bad_input_and_leave_no_stray_file() -> None:
    at = p.in_review()
    request, client = at.sites[0].request, as_(at.sites[0].secretary)
    files = Document.objects.count()
    good = {"verdict": "confirm_exemption", "number": "IRB-1", "decided_on": clock.today().isoformat()}
    for change in (
        {"number": ""}, {"decided_on": "2999-01-01"}, {"decided_on": "어제"}, {"verdict": "perhaps"}, {"number": "9" * 61},
        {"valid_to": "2001-01-01"},
    ):  # fmt: skip
        answer = client.post(step(request, "irb"), {**good, **change, "file": make.pdf()})
        assert answer.status_code == 422, change
        assert 'name="number"' in answer.content.decode()
    assert client.post(step(request, "irb"), good).status_code == 422  # no letter
    assert Document.objects.count() == files
    assert client.post(step(request, "irb"), {**good, "file": make.pdf()}).status_code == 303
    assert client.post(step(request, "irb"), {**good, "file": make.pdf()}).status_code == 409
    assert Document.objects.count() == files + 1
    drb = {"verdict": "approve", "number": "DRB-1", "file": make.pdf()}
    assert client.post(step(request, "drb"), {"verdict": "refuse", "reason": ""}).status_code == 422
    assert client.post(step(request, "drb"), drb).status_code == 303
    assert AccessRequest.objects.get(pk=request.pk).status == "APPROVED"


def test_a_decision_says_beforehand_what_it_needs() -> None:
    at = p.in_review()
    client, path = as_(at.sites[0].secretary), step(at.sites[0].request, "irb")

    def labels(text: str) -> dict[str, str]:
        found = re.findall(r'<label for="id_(number|file|reason|conditions)">(.*?)</label>', text)
        return {name: re.sub("<.*?>", "", words) for name, words in found}

    def required(text: str) -> set[str]:
        return set(re.findall(r'<(?:input|textarea)[^>]* name="(number|file|reason)"[^>]* required', text))

    shown = client.get(path).content.decode()
    assert "승인·심의면제 확인이면 필수" in labels(shown)["number"] and "승인·심의면제 확인이면 필수" in labels(shown)["file"]
    assert "불승인·수정 요청이면 필수" in labels(shown)["reason"] and "(선택)" in labels(shown)["conditions"]
    assert required(shown) == set() and 'data-needed-for="confirm_exemption approve"' in shown
    assert required(client.post(path, {"verdict": "approve"}).content.decode()) == {"number", "file"}
    assert required(client.post(path, {"verdict": "disapprove"}).content.decode()) == {"reason"}
    drb = client.get("/en" + step(at.sites[0].request, "drb")).content.decode()
    assert "required for an approval or waiver" in labels(drb)["number"]


def test_letters_are_for_those_who_see_the_request() -> None:
    at = p.in_review()
    site = at.sites[0]
    path = f"/access/requests/{site.request.ref}/letter/irb/"
    assert statuses(path, at.user) == [404]
    p.decide_ethics(site)
    assert as_(site.secretary).get(path).status_code == 200
    assert as_(at.user).get(path).status_code == 403  # unscanned: only the organisation that uploaded it
    assert as_(make.firm().staff).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_both_clocks_stand_on_the_page_and_neither_replaces_the_other() -> None:
    at = p.in_review()
    p.decide_ethics(at.sites[0])
    words = as_(at.user).get(f"/en/access/requests/{at.sites[0].request.ref}/").content.decode()
    assert "Ethics review (IRB)" in words and "Data review (DRB)" in words and words.count("working day") >= 2
    assert "Neither review replaces the other" in words and "IRB-2027-1" in words


def test_the_joint_review_in_the_browser() -> None:
    at = p.case(2)
    first, second = at.sites
    company = as_(at.user)
    path = f"/access/cases/{at.case.ref}/joint/"
    assert company.get(path).status_code == 200
    assert company.post(path, {"lead": "999999"}).status_code == 422
    assert company.post(path, {"lead": first.provider.institution.pk}).status_code == 303
    assert company.post(path, {"lead": first.provider.institution.pk}).status_code == 409
    for site in at.sites:
        p.submit(at, site, drb_mode="JOINT")
    lead, other = as_(first.secretary), as_(second.secretary)
    assert "join-joint" in other.get(f"/access/requests/{second.request.ref}/").content.decode()
    assert other.post(step(second.request, "join-joint")).status_code == 303
    for client, site in ((lead, first), (other, second)):
        assert client.post(step(site.request, "start")).status_code == 303
    for wrong in (other, company):
        assert wrong.post(f"{path}start/").status_code == 403
    page = lead.get(f"/access/requests/{first.request.ref}/").content.decode()
    assert "adopt-joint" not in page and "object-joint" not in page
    assert lead.post(f"{path}start/").status_code == 303
    assert other.get(f"{path}decide/").status_code == 403
    decision = {"verdict": "approve", "number": "J-1", "decided_on": clock.today().isoformat()}
    assert lead.post(f"{path}decide/", decision).status_code == 422  # no letter
    assert lead.post(f"{path}decide/", {**decision, "file": make.pdf()}).status_code == 303
    for client, site in ((lead, first), (other, second)):
        page = client.get(f"/access/requests/{site.request.ref}/").content.decode()
        assert "adopt-joint" in page and "object-joint" in page
    assert "adopt-joint" not in company.get(f"/access/requests/{first.request.ref}/").content.decode()
    assert lead.post(step(first.request, "adopt-joint"), {"reason": ""}).status_code == 303
    assert other.post(step(second.request, "object-joint"), {"reason": ""}).status_code == 422
    assert other.post(step(second.request, "object-joint"), {"reason": "자체 심의"}).status_code == 303
    words = company.get(f"/en/access/cases/{at.case.ref}/").content.decode()
    assert "Joint result adopted" in words and "Objected, own review" in words and "working day" in words


def test_provision_waits_for_both() -> None:
    at = p.in_review()
    site = at.sites[0]
    p.decide_ethics(site)
    client = as_(site.provider.user)
    assert client.post(step(site.request, "provide")).status_code == 409
    p.decide_drb(site)
    assert client.get(step(site.request, "provide")).status_code == 200
    assert client.post(step(site.request, "provide")).status_code == 303
    assert as_(at.user).post(step(site.request, "receipt")).status_code == 303
    assert actions.missing(at.case) == []


def test_a_stale_dossier_keeps_what_was_typed_and_can_be_saved_after_comparing() -> None:
    at = p.case()
    first, second = as_(at.user), as_(at.firm.representative)
    path = f"/access/cases/{at.case.ref}/dossier/"
    given = {**p.DOSSIER, "use_from": at.case.use_from.isoformat(), "use_until": at.case.use_until.isoformat()}
    assert second.post(path, {**given, "purpose": "먼저 저장", "version": at.case.version}).status_code == 303
    answer = first.post(path, {**given, "purpose": "나중 저장", "version": at.case.version})
    words = answer.content.decode()
    assert answer.status_code == 422 and "나중 저장" in words
    assert AccessCase.objects.get().dossier["purpose"] == "먼저 저장"
    now = AccessCase.objects.get().version
    assert f'name="version" value="{now}"' in words
    assert first.post(path, {**given, "purpose": "나중 저장", "version": now}).status_code == 303
    assert AccessCase.objects.get().dossier["purpose"] == "나중 저장"


def test_bad_input_of_every_step_comes_back_with_its_field() -> None:
    at = p.in_review()
    request = at.sites[0].request
    board, company = as_(at.sites[0].secretary), as_(at.user)
    today = clock.today().isoformat()
    for client, name, given, field in (
        (board, "irb", {"number": ""}, "verdict"),
        (board, "irb", {"verdict": "approve", "number": "", "decided_on": today}, "number"),
        (board, "irb", {"verdict": "approve", "number": "가" * 61}, "number"),
        (board, "irb", {"verdict": "approve", "number": "1", "decided_on": "어제"}, "decided_on"),
        (board, "irb", {"verdict": "approve", "number": "1", "decided_on": "2999-01-01"}, "decided_on"),
        (board, "irb", {"verdict": "approve", "number": "1", "decided_on": today}, "file"),
        (board, "irb", {"verdict": "revise", "reason": ""}, "reason"),
        (board, "irb", {"verdict": "delete"}, "verdict"),
        (board, "drb", {"verdict": "ask_supplement", "reason": " "}, "reason"),
        (board, "drb", {"verdict": "refuse", "reason": "가" * 2001}, "reason"),
        (company, "irb-letter", {"board_name": "공용 IRB", "number": "1", "decided_on": today}, "file"),
        (company, "withdraw", {"reason": ""}, "reason"),
    ):  # fmt: skip
        answer = client.post(step(request, name), given)
        words = answer.content.decode()
        assert answer.status_code == 422 and f'href="#id_{field}' in words, (name, given, field)
        for typed in (given.get("number"), given.get("reason"), given.get("board_name")):
            assert not typed or not typed.strip() or typed in words
    assert at.sites[0].fresh().status == "IN_REVIEW"


def test_a_board_asks_and_the_company_answers_in_the_browser() -> None:
    at = p.in_review()
    request = at.sites[0].request
    board, company = as_(at.sites[0].secretary), as_(at.user)
    assert board.post(step(request, "drb"), {"verdict": "ask_supplement", "reason": "파기 계획"}).status_code == 303
    page = f"/access/requests/{request.ref}/"
    words = company.get(f"/en{page}").content.decode()
    assert "파기 계획" in words and "Your turn" in words and "Paused since" in words
    assert "Your turn" not in board.get(f"/en{page}").content.decode()
    assert board.post(step(request, "drb-resubmit")).status_code == 403
    assert as_(make.firm().staff).post(step(request, "drb-resubmit")).status_code == 404
    assert company.post(step(request, "drb-resubmit")).status_code == 303
    assert company.post(step(request, "drb-resubmit")).status_code == 409
    assert board.get(step(request, "drb")).status_code == 200


def test_a_board_reads_what_it_received_not_what_is_written_for_another() -> None:
    at = p.in_review(2)
    first, second = at.sites
    p.decide_drb(second, "ask_supplement", reason="항목을 줄여 주세요", document=None)
    case = AccessCase.objects.get()
    actions.save_dossier(
        case_id=case.pk, dossier={**p.DOSSIER, "data_items": "비밀 개정안"}, use_from=case.use_from, use_until=case.use_until,
        version=case.version, by=at.user,
    )  # fmt: skip
    case_page, request_page = f"/access/cases/{case.ref}/", f"/access/requests/{first.request.ref}/"
    assert "비밀 개정안" in as_(at.user).get(case_page).content.decode()
    for user in (first.secretary, first.provider.user):
        for path in (case_page, request_page):
            page = as_(user).get(path).content.decode()
            assert "비밀 개정안" not in page and "영상 500건" in page
    assert "영상 500건" in as_(at.user).get(request_page).content.decode()
    assert first.request.dossiers.get().content_hash in as_(first.secretary).get(f"/en{request_page}").content.decode()


def test_a_first_visit_shows_a_clean_form_and_the_button_leads_there() -> None:
    at = p.case(2)
    request, client = at.sites[0].request, as_(at.user)
    page = client.get(f"/access/requests/{request.ref}/").content.decode()
    assert f'href="{step(request, "submit")}"' in page and f'action="{step(request, "submit")}"' not in page
    for answer in (client.get(step(request, "submit")), client.post(step(request, "submit"))):
        words = answer.content.decode()
        assert answer.status_code == 200 and "error-summary" not in words and "form-hint-invalid" not in words
    p.submit(at, at.sites[1], ethics_route="FULL", drb_mode="INTEGRATED_IRB_DRB")
    words = client.get(step(request, "submit")).content.decode()
    assert '<option value="FULL" selected>' in words and '<option value="INTEGRATED_IRB_DRB" selected>' in words
    wrong = client.post(step(request, "submit"), {"ethics_kind": "INSTITUTION"})
    assert wrong.status_code == 422 and wrong.content.decode().count("form-hint-invalid") == 2


def main_button(words: str) -> str:
    found = re.search(r'class="krds-btn medium primary"[^>]*>([^<]+)<', words)
    return found.group(1) if found else ""


def test_the_main_button_is_the_next_step_of_the_process_for_its_reader() -> None:
    at = p.case()
    site = at.sites[0]
    irb = person("IRB_LIAISON", site.organisation)
    drb = person("PROVIDER_DRB_SECRETARY", site.organisation)
    path = f"/en/access/requests/{site.request.ref}/"

    def seen(*readers: Any) -> list[str]:
        return [main_button(as_(reader).get(path).content.decode()) for reader in readers]

    assert seen(at.user) == ["Submit to this institution"]
    p.submit(at, site)
    words = as_(at.user).get(path).content.decode()
    assert seen(at.user, drb, irb) == ["", "Papers complete, start the review", ""]
    assert re.search(r'class="krds-btn medium tertiary"[^>]*>Withdraw<', words)  # quiet beside the process, red on its own page
    asked = as_(at.user).get(step(site.request, "withdraw")).content.decode()
    assert re.search(r'class="krds-btn [^"]*danger[^"]*"[^>]*>', asked)
    actions.start_review(request_id=site.request.pk, by=drb)
    assert seen(at.user, drb, irb) == ["", "Enter the DRB decision", "Enter the IRB decision"]
    assert as_(drb).get(step(site.request, "irb")).status_code == 403  # each board's book has its own keeper
    assert as_(irb).get(step(site.request, "drb")).status_code == 403
    p.decide_ethics(site)
    p.decide_drb(site)
    manager = site.provider.user
    assert seen(manager, drb, irb, at.user) == ["Extraction begins", "", "", ""]
    actions.start_preparation(request_id=site.request.pk, by=manager)
    assert seen(manager) == ["Data are provided"]


def test_every_step_says_what_happened_and_what_comes_next() -> None:
    assert len({str(found.done) for found in STEPS.values()}) >= len(STEPS) - 2  # only the twins of the two tracks share one
    at = p.in_review()
    site, company = at.sites[0], as_(at.user)
    board = as_(site.secretary)
    good = {"number": "N-1", "decided_on": clock.today().isoformat()}
    once = board.post(f"/en{step(site.request, 'irb')}", {**good, "verdict": "approve", "file": make.pdf()}, follow=True)
    assert "The data may be provided once the other board allows it too." in once.content.decode()
    both = board.post(f"/en{step(site.request, 'drb')}", {**good, "verdict": "approve", "file": make.pdf()}, follow=True)
    words = both.content.decode()
    assert "Both boards allow the use now. The provider prepares the data next." in words
    institution = site.provider.institution.name_en
    assert f"{institution} IRB" in words and f"{institution} DRB" in words  # the board, not only its hospital
    gone = company.post(f"/en{step(site.request, 'withdraw')}", {"reason": "다른 데이터"}, follow=True)
    assert "no board reviews it any more" in gone.content.decode()


def test_the_dossier_says_what_a_submission_needs() -> None:
    at = p.case(complete=False)
    words = as_(at.user).get(f"/en/access/cases/{at.case.ref}/dossier/").content.decode()
    assert words.count("(needed to submit)") == 8 and "(optional)" not in words


def test_data_are_provided_from_the_agreements_first_day() -> None:
    project = p.project(starts_in=7)
    at = p.allow_access(project)
    site, first = at.sites[0], clock.today() + timedelta(days=7)
    client, path = as_(project.manager), f"/en/access/requests/{site.request.ref}/"
    page = client.get(path).content.decode()
    with override("en"):
        assert f"The agreement begins on {words.day(first)}" in page
    assert "/prepare/" in page and "/provide/" not in page
    with pytest.raises(Refused) as refusal:
        actions.provide(request_id=site.request.pk, by=project.manager)
    assert refusal.value.code == "not_begun"
    with clock.at(clock.now() + timedelta(days=7)):
        assert actions.provide(request_id=site.request.pk, by=project.manager).status == "PROVISIONED"


def test_the_case_page_leads_to_what_comes_next_and_a_new_dossier_takes_over_what_is_known() -> None:
    at = p.case(complete=False)
    (site,) = at.sites
    at.case.need.document["product"] = "폐결절 판독 보조"
    Need.objects.filter(pk=at.case.need_id).update(document=at.case.need.document)
    case, client = f"/access/cases/{at.case.ref}/", as_(at.user)
    assert step(site.request, "submit") not in client.get(case).content.decode()
    form = client.get(f"{case}dossier/").context["form"]
    assert form.initial["purpose"] == "폐결절 판독 보조" and form.initial["data_items"]
    texts = {**p.DOSSIER, "purpose": "고쳐 쓴 목적"}
    days = {"use_from": clock.today() + timedelta(days=20), "use_until": clock.today() + timedelta(days=200)}
    answer = client.post(f"{case}dossier/", {**texts, **days, "version": form.initial["version"]}, follow=True)
    assert step(site.request, "submit") in answer.content.decode()
    assert client.get(f"{case}dossier/").context["form"].initial["purpose"] == "고쳐 쓴 목적"
    p.submit(at, site)
    access_page = f"/access/requests/{site.request.ref}/"
    actions.start_review(request_id=site.request.pk, by=site.secretary)
    p.decide_ethics(site)
    early = words_of("The permitted period has not begun")
    assert early not in client.get(access_page).content.decode()
    p.decide_drb(site)
    assert early in client.get(access_page).content.decode()
    assert early in as_(site.provider.user).get(step(site.request, "provide")).content.decode()


def words_of(msgid: str) -> str:
    with override("ko"):
        return gettext(msgid)
