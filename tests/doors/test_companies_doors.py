"""Registering and keeping a company, as its representative, a colleague, a stranger and nobody."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.accounts.actions import grant_role
from portal.accounts.models import Membership
from portal.journal.models import AccessLog
from portal.kit import clock
from portal.kit.errors import Stale
from providers.catalogue import actions as catalogue
from tests.doors import as_
from tests.factories.companies import colleague, make_brn, make_company, make_person, representative
from tests.factories.files import stored_files
from vouchers.companies.models import Company, OwnershipDispute, RepresentativeChange, Restriction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _regions():
    names = (("SEOUL", "서울특별시", "Seoul"), ("BUSAN", "부산광역시", "Busan"))
    items = [{"code": code, "name_ko": ko, "name_en": en} for code, ko, en in names]
    catalogue.register_code_list(
        record={"key": "region", "title_ko": "시도", "title_en": "Regions", "note": "", "source": "test",
                "certainty": "published", "items": items}
    )  # fmt: skip


def pdf(name: str = "paper.pdf") -> SimpleUploadedFile:
    objects = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    content = b"%PDF-1.4\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF"
    return SimpleUploadedFile(name, BytesIO(content).read(), "application/pdf")


def entries(**changes):
    return {
        "brn": make_brn(), "name_ko": "[시연] 새기업", "opened_on": "2021-03-02", "representative_name": "시연 대표자",
        "region": "SEOUL", "address": "가상시 시험로 1", "size": "SMALL", "consent_privacy": "on", **changes,
    }  # fmt: skip


def test_register_as_somebody_new():
    person = make_person()
    client = as_(person)
    assert client.get("/companies/").headers["Location"] == "/companies/register/"
    assert client.get("/companies/register/").status_code == 200
    answer = client.post("/companies/register/", entries(consent_electronic_service="on", service_email="a@b.example"))
    company = Company.objects.get()
    assert answer.status_code == 303 and answer.headers["Location"] == f"/companies/{company.ref}/"
    assert company.service_email == "a@b.example" and company.organisation.is_demo
    page = as_(person).get(f"/companies/{company.ref}/").content.decode()
    assert "대조하고 있습니다" in page and "시연 대표자" not in page
    assert client.get("/companies/register/").status_code == 303


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"brn": ""}, "번호를 입력해"), ({"brn": "000-00-00000"}, "000-00-00000은"), ({"brn": "12B-45-67891"}, "숫자와 하이픈만"),
        ({"brn": "123-45-67890"}, "끝자리가"), ({"brn": "1" * 41}, "40"), ({"brn": "123"}, "열 자리"),
        ({"consent_privacy": ""}, "이 동의가 없으면"), ({"opened_on": "someday"}, "날짜"), ({"opened_on": "2999-01-01"}, "미래"),
        ({"size": "HUGE"}, "id_size_error"), ({"region": "MARS"}, "id_region_error"), ({"name_ko": "가" * 121}, "120"),
        ({"consent_electronic_service": "on"}, "전자송달을 받을 주소"), ({"corporate_no": "12"}, "열세 자리"),
        ({"address": ""}, 'href="#id_address"'),
    ],
)  # fmt: skip
def test_register_bad_input_is_422_with_a_sentence(changes, sentence):
    answer = as_(make_person()).post("/companies/register/", entries(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page
    assert changes.get("name_ko", "[시연] 새기업") in page, "what was typed stays"
    assert not Company.objects.exists()


def test_register_taken_number_offers_joining_and_disputing():
    company = make_company(brn="123-45-67891")
    client = as_(make_person())
    answer = client.post("/companies/register/", entries(brn="1234567891"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "가입 요청하기" in page and "/companies/dispute/?brn=1234567891" in page
    assert client.post("/companies/join/", {"brn": "1234567891"}).status_code == 303
    assert Membership.objects.filter(organisation=company.organisation, status="REQUESTED").count() == 1
    assert "대표자의 승인을 기다리고" in client.get("/companies/register/").content.decode()


def test_register_is_not_offered_to_other_roles():
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    client = as_(officer)
    assert "다른 역할이" in client.get("/companies/register/").content.decode()
    assert client.post("/companies/register/", entries()).status_code == 422 and not Company.objects.exists()


def everybody(company: Company) -> dict[str, Client]:
    return {
        "owner": as_(representative(company)), "colleague": as_(colleague(company)),
        "stranger": as_(representative(make_company())), "anonymous": Client(),
    }  # fmt: skip


@pytest.mark.parametrize("path", ["", "edit/", "certificates/", "registration/", "representative/"])
def test_pages_are_for_members(path):
    company = make_company()
    codes = {who: c.get(f"/companies/{company.ref}/{path}").status_code for who, c in everybody(company).items()}
    assert codes == {"owner": 200, "colleague": 200, "stranger": 404, "anonymous": 302}


@pytest.mark.parametrize("path", ["edit/", "certificates/", "registration/", "representative/"])
def test_forms_refuse_nothing_at_all_politely(path):
    company = make_company()
    who = everybody(company)
    assert who["stranger"].post(f"/companies/{company.ref}/{path}").status_code == 404
    answer = who["owner"].post(f"/companies/{company.ref}/{path}")
    assert answer.status_code == 422


def test_edit_and_a_stale_page():
    company = make_company()
    owner = as_(representative(company))
    facts = {"version": company.version, "region": "BUSAN", "address": "가상시 시험로 1", "size": "SMALL", "name_en": "X"}
    assert owner.post(f"/companies/{company.ref}/edit/", facts).status_code == 303
    again = owner.post(f"/companies/{company.ref}/edit/", {**facts, "name_en": "My late entry"})
    page = again.content.decode()
    assert again.status_code == 422 and "My late entry" in page and str(Stale().message) in page
    company.refresh_from_db()
    assert (company.region, company.name_en) == ("BUSAN", "X")
    mended = {**facts, "name_en": "My late entry", "version": company.version}
    assert owner.post(f"/companies/{company.ref}/edit/", mended).status_code == 303


def test_certificate_with_file_and_download():
    company, today = make_company(), clock.today()
    who = everybody(company)
    facts = {"size": "MICRO", "number": "2026-77", "valid_from": today, "valid_to": today + timedelta(days=100), "file": pdf()}
    assert who["colleague"].post(f"/companies/{company.ref}/certificates/", facts).status_code == 303
    certificate = company.certificates.get()
    page = who["owner"].get(f"/companies/{company.ref}/").content.decode()
    assert "2026-77" in page and "유효" in page
    path = f"/companies/{company.ref}/files/{certificate.document.ref}/"
    assert who["owner"].get(path).status_code == 200
    assert who["stranger"].get(path).status_code == 404 and who["anonymous"].get(path).status_code == 302
    other = make_company()
    assert as_(representative(other)).get(f"/companies/{other.ref}/files/{certificate.document.ref}/").status_code == 404
    expired = {**facts, "number": "x", "valid_from": "2020-01-01", "valid_to": "2020-12-31", "file": pdf()}
    assert "만료된" in who["owner"].post(f"/companies/{company.ref}/certificates/", expired).content.decode()
    wrong = {**facts, "number": "y", "file": SimpleUploadedFile("x.exe", b"MZ")}
    assert who["owner"].post(f"/companies/{company.ref}/certificates/", wrong).status_code == 422


def test_registration_file_reaches_the_officer():
    company = make_company(verified=False)
    owner = as_(representative(company))
    assert owner.post(f"/companies/{company.ref}/registration/", {"file": pdf()}).status_code == 303
    company.refresh_from_db()
    assert company.registration_file is not None
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    page = as_(officer).get(f"/companies/{company.ref}/").content.decode()
    assert "참여제한" in page and AccessLog.objects.filter(by=officer, subject_ref=company.ref).count() == 1
    assert "참여제한" not in owner.get(f"/companies/{company.ref}/").content.decode()
    assert as_(officer).post(f"/companies/{company.ref}/edit/", {}).status_code == 403


def test_dispute_is_seen_by_its_claimant_alone():
    company = make_company(brn="123-45-67891")
    claimant = make_person()
    client = as_(claimant)
    assert "1234567891" in client.get("/companies/dispute/?brn=1234567891").content.decode()
    form = {"brn": "123-45-67891", "statement": "제 번호입니다", "file": pdf()}
    answer = client.post("/companies/dispute/", form)
    dispute = OwnershipDispute.objects.get()
    assert answer.status_code == 303 and dispute.claimant == claimant and dispute.document is not None
    assert client.get(f"/companies/disputes/{dispute.ref}/").status_code == 200
    who = everybody(company)
    codes = {name: c.get(f"/companies/disputes/{dispute.ref}/").status_code for name, c in who.items()}
    assert codes == {"owner": 404, "colleague": 404, "stranger": 404, "anonymous": 302}
    assert "다른 분이 이 번호에" not in who["owner"].get(f"/companies/{company.ref}/").content.decode()
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    verb = f"/admin/vouchers/ownershipdispute/{dispute.pk}/verb/take-up/"
    assert as_(officer).get(verb).status_code == 200
    assert as_(officer).post(verb, {"reason": ""}).status_code == 422
    assert as_(officer).post(verb, {"reason": "등록증 대조"}).status_code == 302
    page = who["owner"].get(f"/companies/{company.ref}/").content.decode()
    assert "다른 분이 이 번호에" in page and claimant.email not in page
    before = stored_files()
    assert client.post("/companies/dispute/", {**form, "file": pdf()}).status_code == 422
    assert stored_files() == before  # a refused claim keeps no file
    unknown = client.post("/companies/dispute/", {**form, "brn": make_brn(), "file": pdf()})
    assert unknown.status_code == 422 and "아직 등록되지 않은 번호" in unknown.content.decode()


def test_representative_change_by_a_colleague():
    company = make_company()
    person = colleague(company)
    client = as_(person)
    form = {"new_representative": person.ref, "former_leaves": "no", "statement": "공동대표 취임", "file": pdf()}
    stranger = make_person()
    foreign = client.post(f"/companies/{company.ref}/representative/", {**form, "new_representative": stranger.ref})
    assert foreign.status_code == 422
    assert client.post(f"/companies/{company.ref}/representative/", {**form, "file": pdf()}).status_code == 303
    change = RepresentativeChange.objects.get()
    assert change.new_representative == person and not change.former_leaves
    assert "이미 확인 중인 변경" in client.get(f"/companies/{company.ref}/representative/").content.decode()


def test_officer_verbs_in_the_admin():
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    client = as_(officer)
    company = make_company(verified=False)
    base = f"/admin/vouchers/company/{company.pk}"
    assert "등록 확인" in client.get(f"{base}/change/").content.decode()
    assert client.get("/admin/vouchers/company/").status_code == 200
    assert client.post(f"{base}/verb/refuse_registration/", {"reason": ""}).status_code == 422
    assert client.post(f"{base}/verb/verify/").status_code == 302
    company.refresh_from_db()
    assert company.verification == "VERIFIED" and company.verified_by == officer
    facts = {"name": "나쁜기업", "brn": "123-45-67891", "ground": "정산 위반", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
    assert client.post("/admin/vouchers/restriction/add/", facts).status_code == 302
    assert client.get("/admin/vouchers/restriction/").content.decode().count("정산 위반") == 1
    page = f"/admin/vouchers/restriction/{Restriction.objects.get().pk}/change/"
    other = make_person()
    grant_role(user=other, role="MINISTRY_OFFICER", by=None)
    mine, theirs = (browser.get(page).content.decode() for browser in (client, as_(other)))
    assert "앞 단계를 직접 처리하셨습니다" in mine and "앞 단계를 직접" not in theirs and "verb/confirm/" in theirs
    bad = client.post("/admin/vouchers/restriction/add/", {**facts, "brn": "0000000000"}, follow=True)
    assert "000-00-00000은" in bad.content.decode()
    assert as_(representative(company)).get(f"{base}/change/").status_code == 302


def test_queries_of_the_page_do_not_grow(django_assert_max_num_queries):
    company, today = make_company(), date(2026, 1, 1)
    owner = as_(representative(company))
    from vouchers.companies import actions

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            owner.get(f"/companies/{company.ref}/")
        return len(seen)

    one = count()
    for n in range(10):
        actions.add_certificate(
            company_id=company.pk, size="SMALL", number=f"n{n}", valid_from=today, valid_to=clock.today() + timedelta(days=n),
            by=None,
        )  # fmt: skip
    assert count() <= one + 1


def test_join_says_what_is_wrong_and_survives_a_double_click():
    company, person = make_company(), make_person()
    client = as_(person)
    for brn, sentence in (("", "번호를 입력해"), ("123-45-67890", "끝자리가"), (make_brn(), "등록된 기업이 아직 없습니다")):
        assert sentence in client.post("/companies/join/", {"brn": brn}, follow=True).content.decode()
    assert client.post("/companies/join/", {"brn": company.brn}).status_code == 303
    again = client.post("/companies/join/", {"brn": company.brn}, follow=True)
    assert again.status_code == 200 and "이미" in again.content.decode()
    assert Membership.objects.filter(user=person, organisation=company.organisation).count() == 1
    assert Client().post("/companies/join/", {"brn": company.brn}).status_code in {302, 401}


def test_a_page_without_its_version_is_out_of_date_not_a_riddle():
    company = make_company()
    page = as_(representative(company)).post(f"/companies/{company.ref}/edit/", {"region": "SEOUL", "size": "SMALL"})
    assert page.status_code == 422 and "화면이 오래되었습니다" in page.content.decode()


def test_admin_speaks_in_words_not_codes():
    company = make_company(region="SEOUL")
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    client = as_(officer)
    listed = client.get("/admin/vouchers/company/").content.decode()
    assert "서울특별시" in listed and ">SEOUL<" not in listed
    assert "서울특별시" in client.get("/admin/vouchers/company/?region=SEOUL").content.decode()
    assert company.name_ko not in client.get("/admin/vouchers/company/?region=BUSAN").content.decode().split("<table")[-1]
    page = client.get(f"/admin/vouchers/company/{company.pk}/change/").content.decode()
    assert "TAX_SERVICE" not in page and "2020. 3. 2.(월)" in page


def test_admin_list_of_one_and_many_needs_the_same_queries(django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_company()
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    client = as_(officer)
    client.get("/admin/vouchers/company/")
    with CaptureQueriesContext(connection) as one:
        client.get("/admin/vouchers/company/")
        asked = len(one)
    for _number in range(12):
        make_company()
    client.get("/admin/vouchers/company/")  # filters and counts are remembered until something happens
    with django_assert_max_num_queries(asked):
        client.get("/admin/vouchers/company/")
