"""An institution writes its entry in the browser: sections, what is missing, preview, versions, variables from a spreadsheet."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from portal.accounts.rules import Role
from providers.catalogue import actions, queries, rules
from providers.catalogue.models import Dataset, Draft, Subscription, Variable
from providers.institutions import actions as institutions
from tests.factories import providers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def typed(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send back from the page as it stands, with changes."""
    page = client.get(address)
    form = page.context["form"]
    data: dict[str, Any] = {}
    for source in [form, *(page.context.get("lines") or [])]:
        for bound in source:
            value = bound.value()
            data[bound.html_name] = "" if value is None else value
    if page.context.get("lines"):
        data |= {f"lines-{name}": value for name, value in page.context["lines"].management_form.initial.items()}
    return {**data, **changes}


def test_from_nothing_to_the_catalogue(owner: providers.Provider) -> None:
    client = browser(owner.user)
    new = typed(
        client, "/providers/datasets/new/", title_ko="심전도 자료", title_en="ECG", description_ko="심전도", description_en="ECG",
        key="ecg-2026", dataset_type="COHORT", keywords_ko="심전도\n부정맥", keywords_en="ecg",
    )  # fmt: skip
    answer = client.post("/providers/datasets/new/", new)
    assert answer.status_code == 303 and answer["Location"] == "/providers/datasets/ecg-2026/sections/inside/"
    entry = "/providers/datasets/ecg-2026/"
    page = text(client.get(entry))
    assert (
        f'href="{entry}sections/inside/#id_health_category"' in page and f'href="{entry}sections/origin/#distributions"' in page
    )
    inside = typed(
        client, f"{entry}sections/inside/", health_category=["EHRS"], modality=["ECG"], structured="false",
        coding_systems=["KCD|9"], **{"lines-0-codes": "i20-i25, I50", "lines-0-label_ko": "심장질환"},
    )  # fmt: skip
    assert client.post(f"{entry}sections/inside/", {**inside, "next": "1"})["Location"] == f"{entry}sections/people/"
    use = typed(client, f"{entry}sections/use/", applicable_legislation=["PIPA"], access_body=owner.institution.key)
    assert client.post(f"{entry}sections/use/", use)["Location"] == entry
    who = typed(
        client, f"{entry}sections/who/", contact_name_ko="데이터팀", contact_name_en="Office", contact_email="a@h.example"
    )
    client.post(f"{entry}sections/who/", who)
    origin = typed(
        client, f"{entry}sections/origin/", provenance_ko="가", provenance_en="b", source="병원",
        **{"lines-0-access_url": "https://h.example/ecg"},
    )  # fmt: skip
    client.post(f"{entry}sections/origin/", origin)
    draft = Draft.objects.get(dataset__key="ecg-2026")
    assert draft.content["disease_areas"][0]["codes"] == ["I20-I25", "I50"] and draft.content["keywords_ko"] == [
        "심전도",
        "부정맥",
    ]
    assert draft.content["coding_systems"] == [{"system": "KCD", "version": "9"}]
    assert "프로파일이 요구하는 항목이 모두 있습니다" in text(client.get(entry))
    assert "심전도 자료" in text(client.get(f"{entry}preview/")) and "심전도 자료" not in text(Client().get("/catalogue/"))
    assert client.post(f"{entry}submit/").status_code == 303
    operator = providers.person(Role.OPERATOR_CASE)
    dataset = Dataset.objects.get(key="ecg-2026")
    actions.start_check(dataset_id=dataset.pk, by=operator)
    actions.publish(dataset_id=dataset.pk, by=operator)
    assert "심전도 자료" in text(Client().get("/catalogue/"))
    assert "a@h.example" in text(Client().get("/catalogue/ecg-2026/"))


def test_a_new_entry_begins_with_what_the_institution_said_already(owner: providers.Provider) -> None:
    desk = {"desk_ko": "데이터실", "desk_en": "Data office", "desk_email": "data@h.example", "desk_phone": "02-000-0000"}
    institutions.set_service(
        institution_id=owner.institution.pk, version=owner.institution.version, values={"review_mode": "", **desk}, target_days={},
        by=owner.user,
    )  # fmt: skip
    client = browser(owner.user)
    new = typed(client, "/providers/datasets/new/", title_ko="심전도 자료", key="ecg-2027")
    assert client.post("/providers/datasets/new/", new).status_code == 303
    content = Draft.objects.get(dataset__key="ecg-2027").content
    assert content["custodian"] == owner.institution.key and content["contact_name_ko"] == "데이터실"
    page = text(client.get("/providers/datasets/ecg-2027/sections/who/"))
    for value in ("데이터실", "Data office", "data@h.example", "02-000-0000"):
        assert f'value="{value}"' in page
    assert f'<option value="{owner.institution.key}" selected' in page
    who = typed(client, "/providers/datasets/ecg-2027/sections/who/", contact_name_ko="다른 창구", custodian="")
    client.post("/providers/datasets/ecg-2027/sections/who/", who)
    content = Draft.objects.get(dataset__key="ecg-2027").content
    assert (content["contact_name_ko"], content["custodian"], content["contact_email"]) == ("다른 창구", "", "data@h.example")


def test_the_operator_reads_an_entry_that_was_never_published_as_it_is_written(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, individuals=4321, annotation="")
    operator = browser(providers.person(Role.OPERATOR_CASE))
    address = f"/admin/providers/dataset/{dataset.pk}/change/"
    page = text(operator.get(address))
    assert "4,321" in page and "2014년부터 모은 흉부 CT" in page and "아직 적지 않음" in page and "공개되지 않음" not in page
    english = text(operator.get(f"/en{address}"))
    assert "4,321" in english and "Not written yet" in english and "Not published" not in english
    dataset.refresh_from_db()
    assert dataset.individuals is None  # only shown
    providers.publish_dataset(dataset, owner)
    assert "Not written yet" not in text(operator.get(f"/en{address}"))


def test_who_may_write_an_entry(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner)
    pages = [f"/providers/datasets/{dataset.key}/", f"/providers/datasets/{dataset.key}/sections/use/",
             f"/providers/datasets/{dataset.key}/variables/", f"/providers/datasets/{dataset.key}/variables.csv",
             f"/providers/datasets/{dataset.key}/preview/"]  # fmt: skip
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    company = providers.person(Role.REPRESENTATIVE, make_organisation())
    for user, statuses in (
        (owner.user, [200] * 5), (colleague, [200] * 5), (providers.provider().user, [404] * 5),
        (company, [403, 403, 403, 403, 404]), (None, [302] * 5), (providers.person(Role.OPERATOR_CASE), [403, 403, 403, 403, 200]),
    ):  # fmt: skip
        client = browser(user) if user else Client()
        assert [client.get(page).status_code for page in pages] == statuses
    stranger = browser(providers.provider().user)
    assert stranger.post(f"/providers/datasets/{dataset.key}/submit/").status_code in (303, 404)
    assert Draft.objects.get(dataset=dataset).state == "DRAFT"


def test_nothing_typed_is_lost_and_a_stale_page_is_told(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner)
    client, address = browser(owner.user), f"/providers/datasets/{dataset.key}/sections/inside/"
    sent = typed(client, address, annotation="내가 쓴 글", **{"lines-1-codes": "폐암", "lines-1-label_ko": "폐암"})
    answer = client.post(address, sent)
    assert answer.status_code == 422 and "내가 쓴 글" in text(answer) and 'aria-invalid="true"' in text(answer)
    answer = client.post(address, {**sent, "more": "1"})
    assert answer.status_code == 200 and "내가 쓴 글" in text(answer) and "lines-2-codes" in text(answer)
    fresh = typed(client, address, annotation="내 글")
    actions.edit(dataset_id=dataset.pk, version=1, values={"annotation": "동료의 글"}, by=owner.user)
    answer = client.post(address, fresh)
    assert answer.status_code == 422 and "내 글" in text(answer)
    assert Draft.objects.get(dataset=dataset).content["annotation"] == "동료의 글"
    again = re.search(r'name="version" value="(\d+)"', text(answer))
    assert again and client.post(address, {**fresh, "version": again[1]}).status_code == 303
    assert Draft.objects.get(dataset=dataset).content["annotation"] == "내 글"


def test_the_public_reads_the_published_version_and_its_history(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    client = browser(owner.user)
    address = f"/providers/datasets/{dataset.key}/sections/people/"
    wrong = client.post(address, typed(client, address, min_age="70", max_age="20"))
    assert wrong.status_code == 422 and 'value="70"' in text(wrong) and "끝이 시작보다 앞설 수 없습니다" in text(wrong)
    assert client.post(address, typed(client, address, individuals="9000")).status_code == 303
    assert "4,200" in text(Client().get(f"/catalogue/{dataset.key}/")) and "9,000" in text(
        client.get(address.replace("sections/people", "preview"))
    )
    assert "다음 판" in text(client.get("/providers/"))
    providers.publish_dataset(dataset, owner)
    korean, english = (text(Client().get(f"{prefix}/catalogue/{dataset.key}/versions/")) for prefix in ("", "/en"))
    assert "4,200" in korean and "9,000" in korean and "대상자 수" in korean and Dataset.objects.get().published_sha256 in korean
    assert "Persons" in english and "The first published version." in english
    assert Client().get("/catalogue/no-such/versions/").status_code == 404


def sheet(*rows: list[Any], name: str = "v.xlsx") -> SimpleUploadedFile:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return SimpleUploadedFile(name, written.getvalue())


def plain(content: str | bytes, name: str = "v.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def bomb() -> SimpleUploadedFile:
    """A small workbook that unpacks to more than anybody reads."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (41 * 1024 * 1024))
    return SimpleUploadedFile("v.xlsx", written.getvalue())


HEAD = ["name", "datatype", "label_ko", "required"]


def test_variables_come_from_a_spreadsheet_and_are_searched(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, structured=True)
    client, address = browser(owner.user), f"/providers/datasets/{dataset.key}/variables/"
    for file, count in (
        (sheet(HEAD, ["age", "integer", "나이", True], [], ["sex", "text", "성별", "no"]), 2),
        (plain("name;datatype;values\nlvef;실수;-9: 없음\n"), 1),
        (plain("name,datatype,label_ko\r\nage,integer,나이\r\n".encode("cp949")), 1),
    ):
        version = Draft.objects.get(dataset=dataset).version
        assert client.post(address, {"file": file, "version": version}).status_code == 303
        assert len(Draft.objects.get(dataset=dataset).content["variables"]) == count
    book = load_workbook(io.BytesIO(client.get(f"/providers/datasets/{dataset.key}/variables.xlsx").content))
    assert [cell.value for cell in book.active[2]][:2] == ["age", "나이"]
    again = plain(client.get(f"/providers/datasets/{dataset.key}/variables.csv").content)
    assert client.post(address, {"file": again, "version": Draft.objects.get(dataset=dataset).version}).status_code == 303
    providers.publish_dataset(dataset, owner)
    assert Variable.objects.get(dataset=dataset).label_ko == "나이"
    public = f"/catalogue/{dataset.key}/variables/"
    assert "<code>age</code>" in text(Client().get(f"{public}?q=나이")) and "<code>age</code>" not in text(
        Client().get(f"{public}?q=zz")
    )
    assert "<code>age</code>" in text(Client().get(f"/catalogue/{dataset.key}/")) and dataset in queries.fitting_text(
        Dataset.objects, "나이"
    )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (sheet(HEAD, ["a", "integer"], ["b", "integer", "=1+1"]), ["C3", "수식"]),
        (sheet(HEAD, ["a", "integer"], ["b", "whatever"], ["a", "integer"]), ["B3", "A4"]),
        (sheet(["name"], ["a"]), ["datatype"]),
        (sheet([*HEAD, "secret"], ["a", "integer", "", "", "x"]), ["E1", "secret"]),
        (plain("name,datatype\n@SUM(A1),integer\n"), ["A2", "수식"]),
        (plain("name,datatype\n+cmd|x,integer\n"), ["A2"]),
        (plain("name,datatype\n"), ["A2"]),
        (plain("name,datatype\n" + "".join(f"v{n},integer\n" for n in range(rules.MOST_VARIABLES + 1))), ["2,000"]),
        (plain(b"\x00\x01\xff"), ["읽을 수 없습니다"]),
        (plain("no zip", "v.xlsx"), ["통합문서"]),
        (bomb(), ["통합문서의 내용이 너무 큽니다"]),
        (plain('name,datatype\n"a,integer\n'), ["따옴표"]),
        (plain("x", "v.exe"), [".xlsx"]),
        (plain("a" * (2 * 1024 * 1024 + 1)), ["2MB"]),
    ],
)
def test_a_bad_spreadsheet_is_refused_whole_with_its_cells(owner: providers.Provider, file: Any, words: list[str]) -> None:
    dataset = providers.own_dataset(owner)
    client, address = browser(owner.user), f"/providers/datasets/{dataset.key}/variables/"
    file.seek(0)
    answer = client.post(address, {"file": file, "version": 1})
    assert answer.status_code == 422
    assert [word for word in words if word not in text(answer)] == []
    assert Draft.objects.get(dataset=dataset).content["variables"] == []


def test_pages_of_an_entry_need_the_same_queries_for_one_and_for_many(
    owner: providers.Provider, django_assert_max_num_queries: Any
) -> None:
    dataset = providers.own_dataset(owner, published=True)
    client = browser(owner.user)
    pages = [f"/catalogue/{dataset.key}/", f"/catalogue/{dataset.key}/versions/", f"/catalogue/{dataset.key}/variables/"]

    def counts() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with django_assert_max_num_queries(30) as queries:
                client.get(page)
            found.append(len(queries))
        return found

    before = counts()
    for number in range(3):
        variables = [rules.Variable(f"v{n}", "", "", "string", "", "", "", "", False) for n in range(5 + number)]
        actions.import_variables(dataset_id=dataset.pk, version=0, variables=variables, by=owner.user)
        providers.publish_dataset(dataset, owner)
    assert counts() == before


def test_a_series_shows_what_is_planned_and_who_signed_in_is_told(owner: providers.Provider) -> None:
    providers.dataset(owner, key="one")
    providers.dataset(owner, key="two", status="PLANNED", planned_for="2026-H2")
    actions.register_series(record={
        "key": "s", "institution": owner.institution.key, "title_ko": "시리즈", "title_en": "A series", "description_ko": "가",
        "description_en": "a", "releases": ["one", "two"],
    })  # fmt: skip
    page = text(Client().get("/catalogue/series/s/"))
    assert (
        page.index("/catalogue/one/") < page.index("/catalogue/two/")
        and "개방 예정" in page
        and "next=/catalogue/series/s/" in page
    )
    assert "2026년 하반기" in text(Client().get("/catalogue/two/")) and "/catalogue/series/s/" in text(
        Client().get("/catalogue/two/")
    )
    assert Client().post("/catalogue/series/s/subscribe/").status_code == 302 and not Subscription.objects.exists()
    reader = providers.person(Role.STAT_VIEWER)
    client = browser(reader)
    assert client.post("/catalogue/series/s/subscribe/").status_code == 303
    assert Subscription.objects.get().user == reader and "개방 알림 그만 받기" in text(client.get("/catalogue/series/s/"))
    assert "Tell me when a release opens" in text(browser(owner.user).get("/en/catalogue/series/s/"))
    client.post("/catalogue/series/s/unsubscribe/")
    assert not Subscription.objects.exists() and client.get("/catalogue/series/no/").status_code == 404


def test_the_operating_agency_checks_what_is_written_beside_what_is_published(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    actions.edit(dataset_id=dataset.pk, version=0, values={"individuals": 9000, "quality_ko": "점검함"}, by=owner.user)
    client = browser(providers.person(Role.OPERATOR_CASE))
    address = f"/admin/providers/dataset/{dataset.pk}/"
    page = text(client.get(f"{address}change/"))
    assert "4,200 → 9,000" in page and f"/providers/datasets/{dataset.key}/preview/" in page and "verb/publish" not in page
    actions.submit(dataset_id=dataset.pk, by=owner.user)
    assert "verb/start_check" in text(client.get(f"{address}change/"))
    for verb in ("start_check", "publish"):
        assert client.post(f"{address}verb/{verb}/", {"confirmed": "1"}).status_code in (200, 302, 303)
    dataset.refresh_from_db()
    assert (dataset.published_number, dataset.individuals) == (2, 9000)
    assert "작성 중인 판 없음" in text(client.get(f"{address}change/"))
    assert text(client.get("/admin/providers/dataset/")).count("게시") > 0


def test_the_history_names_variables_that_came_went_and_changed(owner: providers.Provider) -> None:
    def variable(name: str, unit: str = "") -> rules.Variable:
        return rules.Variable(name, "", "", "string", unit, "", "", "", False)

    dataset = providers.own_dataset(owner)
    for version, variables in (
        (1, [variable("kept"), variable("gone"), variable("other")]),
        (0, [variable("kept"), variable("fresh"), variable("other", "mg")]),
    ):
        actions.import_variables(dataset_id=dataset.pk, version=version, variables=variables, by=owner.user)
        providers.publish_dataset(dataset, owner)
    page = text(Client().get(f"/en/catalogue/{dataset.key}/versions/"))
    assert "3 variables. added: fresh. removed: gone. changed: other" in page
