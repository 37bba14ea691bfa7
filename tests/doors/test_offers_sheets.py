"""Offers are changed in a spreadsheet: downloaded, changed, shown, applied; all rows or none, each error with its cell."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from portal.accounts.rules import Role
from portal.journal.models import Event
from providers.offers import actions, rules
from providers.offers.models import Offer
from tests.doors import as_
from tests.factories import providers
from tests.factories.accounts import make_organisation

pytestmark = pytest.mark.django_db
PAGE, FILE, APPLY = "/providers/offers/sheet/", "/providers/offers/sheet.xlsx", "/providers/offers/sheet/apply/"
FIRST, SECOND = rules.OFFERS_SHEET, rules.LINES_SHEET


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def column(title: str, field: str) -> int:
    columns = rules.OFFERS if title == FIRST else rules.LINES
    return [one.field for one in columns].index(field) + 1


def downloaded(client: Client) -> Workbook:
    answer = client.get(FILE)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    return load_workbook(io.BytesIO(answer.content))


def saved(book: Workbook, name: str = "offers.xlsx") -> SimpleUploadedFile:
    written = io.BytesIO()
    book.save(written)
    return SimpleUploadedFile(name, written.getvalue())


def put(book: Workbook, title: str, row: int, field: str, value: Any) -> None:
    book[title].cell(row, column(title, field)).value = value


def shown(client: Client, book: Workbook) -> Any:
    return client.post(PAGE, {"file": saved(book)})


def applied(client: Client, preview: Any) -> Any:
    assert preview.status_code == 200, preview.content.decode()
    return client.post(APPLY, {"upload": preview.context["form"].initial["upload"]})


def test_prices_change_by_spreadsheet_after_they_were_shown(owner: providers.Provider) -> None:
    first, second = providers.offer(owner, published=True), providers.offer(owner)
    client = as_(owner.user)
    book = downloaded(client)
    assert [row[0].value for row in book[FIRST].iter_rows(min_row=2)] == [first.ref, second.ref]
    assert book[SECOND].max_row == 5 and book[rules.LISTS_SHEET].sheet_state == "hidden"
    lists = {str(one.sqref) for one in book[SECOND].data_validations.dataValidation}
    assert len(lists) == 3  # kind of work, unit and tax are chosen
    put(book, SECOND, 2, "unit_price_won", 31_500_000)
    put(book, FIRST, 3, "lead_time_days", "25")
    put(book, FIRST, 3, "valid_to", datetime(2027, 12, 31))
    put(book, FIRST, 3, "access_modes", "REMOTE_VDI")
    put(book, FIRST, 3, "commercial_ai_allowed", "아니오")
    preview = shown(client, book)
    text = preview.content.decode()
    assert "31,500,000" in text and "30,000,000" in text and "2027-12-31" in text and "25" in text
    assert Event.objects.filter(name="offer.edited").count() == 0  # shown, not done
    assert applied(client, preview).status_code == 303
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.floor_won == 31_500_000 + 500 * 20_000 and first.status == "PUBLISHED"
    assert (second.lead_time_days, str(second.valid_to), second.commercial_ai_allowed) == (25, "2027-12-31", False)
    assert second.access_modes == ["REMOTE_VDI"]
    events = Event.objects.filter(name="offer.edited")
    assert {event.subject_ref for event in events} == {first.ref, second.ref} and all(event.data["sheet"] for event in events)


def test_the_preview_heads_its_columns_with_before_and_after(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    client = as_(owner.user)
    book = downloaded(client)
    put(book, FIRST, 2, "title_ko", "새 이름")
    page = shown(client, book).content.decode()
    heads = re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert heads == ["변경 항목", "변경 전", "변경 후"] and offer.title_ko in page and "새 이름" in page


def test_what_is_downloaded_and_uploaded_again_changes_nothing(owner: providers.Provider) -> None:
    odd = {
        "title_ko": "=1+1 제목",
        "title_en": "@home",
        "description_ko": "첫 줄\r\n- 둘째 줄\x0b",
        "valid_from": date(2027, 1, 1),
    }
    providers.offer(owner, published=True, **odd)
    providers.offer(owner, capacity=None, model_export=None)
    for language in ("", "/en"):
        client = as_(owner.user)
        content = client.get(f"{language}{FILE}").content
        answer = client.post(PAGE, {"file": SimpleUploadedFile("offers.xlsx", content)})
        assert answer.status_code == 422 and "바꾸는 내용이 없습니다" in answer.content.decode()
    cell = load_workbook(io.BytesIO(content))[FIRST].cell(2, column(FIRST, "title_ko"))
    assert (cell.value, cell.data_type) == ("'=1+1 제목", "s")  # no spreadsheet calculates it


def test_lines_come_go_and_rows_that_are_left_out_stay(owner: providers.Provider) -> None:
    first, second = providers.offer(owner), providers.offer(owner)
    client = as_(owner.user)
    book = downloaded(client)
    book[FIRST].delete_rows(3)
    book[SECOND].delete_rows(3, 3)
    book[SECOND].append([first.ref, "labour · ?", "자문", "Advice", "1,500,000", "인·일", None, "EXEMPT"])
    assert applied(client, shown(client, book)).status_code == 303
    lines = [(line.title_ko, line.unit_price_won, line.unit, line.tax_kind, line.minimum) for line in first.lines.all()]
    assert lines[1] == ("자문", 1_500_000, "PERSON_DAY", "EXEMPT", 0) and len(lines) == 2
    assert second.lines.count() == 2 and Offer.objects.get(pk=second.pk).version == second.version


def cell(title: str, row: int, field: str) -> str:
    from portal.kit.sheets import cell_name

    return cell_name(column(title, field) - 1, row)


BAD: list[tuple[str, int, str, Any, str]] = [
    (SECOND, 2, "unit_price_won", "=10*3", "수식"),
    (SECOND, 2, "unit_price_won", -5, "0보다 작을 수 없습니다"),
    (SECOND, 2, "unit_price_won", "-1,000", "0보다 작을 수 없습니다"),
    (SECOND, 2, "unit_price_won", 1000.5, "소수점"),
    (SECOND, 2, "unit_price_won", "1,000.50", "소수점"),
    (SECOND, 2, "unit_price_won", "1,00,000", "쉼표"),
    (SECOND, 2, "unit_price_won", "비쌈", "숫자"),
    (SECOND, 2, "unit_price_won", None, "단가"),
    (SECOND, 2, "unit_price_won", 10**11, "10,000,000,000"),
    (SECOND, 2, "tax_kind", "HALF", "TAXABLE"),
    (SECOND, 2, "title_ko", None, "작업명"),
    (SECOND, 2, "title_ko", "#REF!", "오류"),
    (SECOND, 2, "minimum", 1.5, "정수"),
    (SECOND, 2, "ref", "ofr-0000000000", FIRST),
    (FIRST, 2, "ref", "ofr-0000000000", "고유번호"),
    (FIRST, 2, "ref", None, "고유번호"),
    (FIRST, 3, "version", 1, "내려받은 뒤"),
    (FIRST, 3, "version", "new", "버전"),
    (FIRST, 3, "version", "²", "버전"),
    (FIRST, 3, "version", "9" * 5000, "버전"),
    (FIRST, 2, "status", "중단", "읽기만"),
    (FIRST, 2, "title_ko", None, ""),
    (FIRST, 2, "title_ko", "가" * 121, "120"),
    (FIRST, 2, "title_en", "@SUM(A1)", "수식"),
    (FIRST, 2, "dataset", "nobody-has-this", "데이터셋"),
    (FIRST, 2, "kind", "GIFT", "DATA"),
    (FIRST, 2, "access_modes", "CLOSED_ROOM, HOME", "CLOSED_ROOM"),
    (FIRST, 2, "model_export", "maybe", "예"),
    (FIRST, 2, "lead_time_days", 0, "1"),
    (FIRST, 2, "lead_time_days", "soon", "정수"),
    (FIRST, 2, "capacity", 2, "처리 여력"),  # 5 are still open: the cell of the open ones says so
    (FIRST, 2, "valid_from", "31 March 2027", "연도"),
    (FIRST, 2, "valid_from", "2027-02-30", "달력"),
    (FIRST, 2, "valid_from", 46112, "연도"),
    (FIRST, 2, "access_modes", None, ""),  # a published offer keeps what it must say
    (FIRST, 2, "lead_time_days", None, ""),
]


@pytest.mark.parametrize(("title", "row", "field", "value", "words"), BAD, ids=[f"{one[2]}={one[3]}"[:40] for one in BAD])
def test_a_bad_cell_is_named_and_nothing_changes(
    owner: providers.Provider, title: str, row: int, field: str, value: Any, words: str
) -> None:
    first, second = providers.offer(owner, published=True), providers.offer(owner)
    if field == "version" and value == 1:
        actions.edit(
            offer_id=second.pk, version=second.version, values={}, lines=providers.lines(), dataset=second.dataset, by=None
        )
    client = as_(owner.user)
    book = downloaded(client)
    put(book, FIRST, 3, "lead_time_days", 33)  # a good change in another row, which waits with it
    put(book, title, row, field, value)
    answer = shown(client, book)
    text = answer.content.decode()
    place = "open_capacity" if field == "capacity" else field
    assert answer.status_code == 422 and words in text
    assert f">{cell(title, row, place)}</td>" in text and title in text
    assert not Offer.objects.filter(lead_time_days=33).exists()
    assert Offer.objects.get(pk=first.pk).version == first.version


def test_all_that_is_wrong_with_a_workbook_is_said_at_once_and_in_words(owner: providers.Provider) -> None:
    """What cannot be read, what the forms refuse and what the rules refuse, of different rows; a cell is named once."""
    for _ in range(3):
        providers.offer(owner, published=True)
    client = as_(owner.user)
    book = downloaded(client)
    put(book, FIRST, 2, "access_modes", "팩스")
    put(book, FIRST, 3, "capacity", -3)
    put(book, FIRST, 4, "allowed_purposes", None)
    put(book, FIRST, 4, "lead_time_days", None)
    put(book, SECOND, 2, "unit_price_won", "비쌈")
    page = shown(client, book).content.decode()
    cells = [cell(FIRST, 2, "access_modes"), cell(FIRST, 3, "capacity"), cell(FIRST, 4, "allowed_purposes"),
             cell(FIRST, 4, "lead_time_days"), cell(SECOND, 2, "unit_price_won")]  # fmt: skip
    assert [page.count(f">{one}</td>") for one in cells] == [1] * len(cells)
    assert "CLOSED_ROOM · 폐쇄분석실" in page


def broken(change: Callable[[Workbook], None]) -> Callable[[Workbook], SimpleUploadedFile]:
    def make(book: Workbook) -> SimpleUploadedFile:
        change(book)
        return saved(book)

    return make


def with_part(name: str, content: bytes) -> Callable[[Workbook], SimpleUploadedFile]:
    def make(book: Workbook) -> SimpleUploadedFile:
        file = saved(book)
        packed = io.BytesIO(file.read())
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return SimpleUploadedFile("offers.xlsx", packed.getvalue())

    return make


FILES: dict[str, tuple[Callable[[Workbook], SimpleUploadedFile], str]] = {
    "macros": (with_part("xl/vbaProject.bin", b"\xd0\xcf"), "매크로"),
    "macro name": (lambda book: saved(book, "offers.xlsm"), "매크로"),
    "bomb": (with_part("xl/media/a.xml", b" " * (21 * 1024 * 1024)), "너무 큽니다"),
    "other kind": (lambda book: SimpleUploadedFile("offers.csv", b"a,b"), ".xlsx"),
    "no workbook": (lambda book: SimpleUploadedFile("offers.xlsx", b"hello"), "읽을 수 없습니다"),
    "password": (lambda book: SimpleUploadedFile("offers.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600), "암호"),
    "empty": (lambda book: SimpleUploadedFile("offers.xlsx", b""), ""),
    "large": (lambda book: SimpleUploadedFile("offers.xlsx", b"x" * (2 * 1024 * 1024 + 1)), "2,048"),
    "sheet gone": (broken(lambda book: book.remove(book[SECOND])), SECOND),
    "strange sheet": (broken(lambda book: book.create_sheet("memo")), "memo"),
    "merged": (broken(lambda book: book[FIRST].merge_cells("G2:G3")), "G2:G3"),
    "strange column": (broken(lambda book: put(book, FIRST, 1, "valid_to", "secret")), "secret"),
    "column twice": (broken(lambda book: put(book, FIRST, 1, "valid_to", "valid_from")), "두 번"),
    "column gone": (broken(lambda book: book[FIRST].delete_cols(22)), "유효"),
    "row twice": (broken(lambda book: put(book, FIRST, 3, "ref", book[FIRST].cell(2, 1).value)), "A3"),
    "beside the table": (broken(lambda book: setattr(book[FIRST].cell(2, 30), "value", "?")), "AD2"),
    "far row": (broken(lambda book: setattr(book[FIRST].cell(5002, 1), "value", "?")), "5,000"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_with_a_sentence(owner: providers.Provider, name: str) -> None:
    providers.offer(owner)
    providers.offer(owner)
    client = as_(owner.user)
    make, words = FILES[name]
    answer = client.post(PAGE, {"file": make(downloaded(client))})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Event.objects.filter(name="offer.edited").exists()


def test_entities_are_not_expanded(owner: providers.Provider) -> None:
    providers.offer(owner)
    client = as_(owner.user)
    packed, again = io.BytesIO(client.get(FILE).content), io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(again, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + content.split(b"?>", 1)[-1]
            new.writestr(part, content)
    answer = client.post(PAGE, {"file": SimpleUploadedFile("offers.xlsx", again.getvalue())})
    assert answer.status_code == 422 and "읽을 수 없습니다" in answer.content.decode()


def test_a_preview_is_its_readers_own_and_grows_old(owner: providers.Provider, settings: Any) -> None:
    offer = providers.offer(owner)
    client = as_(owner.user)
    book = downloaded(client)
    put(book, FIRST, 2, "lead_time_days", 33)
    preview = shown(client, book)
    text = preview.context["form"].initial["upload"]
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    for reader, sent in ((colleague, text), (owner.user, text[:-3] + "abc"), (owner.user, "")):
        answer = as_(reader).post(APPLY, {"upload": sent})
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    settings.SHEET_PREVIEW_SECONDS = -1
    assert client.post(APPLY, {"upload": text}).status_code == 422
    settings.SHEET_PREVIEW_SECONDS = 60
    actions.edit(
        offer_id=offer.pk, version=offer.version, values={}, lines=providers.lines(), dataset=offer.dataset, by=owner.user
    )
    late = client.post(APPLY, {"upload": text})
    assert late.status_code == 422 and f">{cell(FIRST, 2, 'version')}</td>" in late.content.decode()
    assert Offer.objects.get().lead_time_days == 40


def test_only_an_institutions_own_people_download_and_upload(owner: providers.Provider) -> None:
    mine, foreign = providers.offer(owner), providers.offer(providers.provider())
    retired = providers.offer(owner, published=True)
    actions.retire(offer_id=retired.pk, by=owner.user)
    client = as_(owner.user)
    book = downloaded(client)
    assert [row[0].value for row in book[FIRST].iter_rows(min_row=2)] == [mine.ref]
    put(book, FIRST, 2, "ref", foreign.ref)
    for row in (2, 3):
        put(book, SECOND, row, "ref", foreign.ref)
    assert "A2" in shown(client, book).content.decode()
    stranger = providers.person(Role.REPRESENTATIVE, make_organisation())
    secretary = providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation)
    for address in (PAGE, FILE):
        assert as_(stranger).get(address).status_code == 403 and as_(secretary).get(address).status_code == 403
        assert Client().get(address).status_code == 302
    assert as_(stranger).post(APPLY, {"upload": "x"}).status_code == 403
    other = as_(providers.provider().user)
    assert downloaded(other)[FIRST].max_row == 1 and "공급 상품이 없습니다" in other.get(PAGE).content.decode()


def test_an_offer_that_is_being_checked_is_left_alone(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    actions.submit(offer_id=offer.pk, by=owner.user)
    client = as_(owner.user)
    book = downloaded(client)
    put(book, FIRST, 2, "lead_time_days", 33)
    answer = shown(client, book)
    assert answer.status_code == 422 and f">{cell(FIRST, 2, 'status')}</td>" in answer.content.decode()


def test_the_preview_needs_the_same_queries_for_one_and_for_many(
    owner: providers.Provider, django_assert_max_num_queries: Any
) -> None:
    data, client = providers.dataset(owner), as_(owner.user)
    counted = []
    for number in (1, 29):
        for _ in range(number):
            providers.offer(owner, data)
        book = downloaded(client)
        for row in range(2, book[FIRST].max_row + 1):
            put(book, FIRST, row, "lead_time_days", 33)
        with django_assert_max_num_queries(60) as queries:
            assert shown(client, book).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_no_broken_workbook_is_more_than_a_sentence(owner: providers.Provider) -> None:
    """Bytes changed, cut off and doubled, in the packed file and inside its parts: read, or refused with a sentence."""
    import random

    from portal.kit.sheets import Unreadable
    from providers.offers import forms, queries

    providers.offer(owner)
    offers, words = queries.editable_by(owner.user), queries.code_words()
    whole, chance = queries.workbook(offers, words), random.Random(20261128)
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}

    def hurt(content: bytes) -> bytes:
        place = chance.randrange(len(content))
        other = bytes(chance.randrange(256) for _ in range(chance.choice((1, 4, 40))))
        return chance.choice(
            (content[:place], content[:place] + other + content[place + len(other) :], content[:place] + content)
        )

    def repacked(name: str) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as again:
            for part, content in parts.items():
                again.writestr(part, hurt(content) if part == name else content)
        return written.getvalue()

    broken = [hurt(whole) for _ in range(20)] + [repacked(chance.choice(sorted(parts))) for _ in range(40)]
    told = 0
    for content in broken:
        try:
            upload, errors = forms.read_upload(content, offers, words)
        except Unreadable as error:
            told += 1
            assert str(error)
            continue
        told += bool(errors)
        if not errors:
            forms.judge(upload, [])
    assert told > 20
