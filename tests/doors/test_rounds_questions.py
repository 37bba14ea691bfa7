"""The officer's pages of a draft's questions."""

import pytest

from tests.doors import as_
from tests.factories import applications as make
from tests.factories.rounds import make_draft, make_round

pytestmark = pytest.mark.django_db
FORM = {
    "section": "project", "kind": "CHOICE", "label_ko": "허가 경로", "label_en": "Approval path", "help_ko": "도움말", "help_en": "Help",
    "required": "on", "choices_ko": "의료기기\n<b>해당 없음</b>", "choices_en": "Medical device\nNone",
}  # fmt: skip


def pages(row):
    base = f"/admin/vouchers/round/{row.pk}/questions/"
    return base, lambda key: f"{base}{key}/"


def asked(row):
    return row.policy().questions


def test_add_edit_order_remove():
    row, browser = make_draft(), as_(make.officer())
    (base, one), version = pages(row), row.policy_version().number
    assert browser.get(base).status_code == 200 and browser.get(one("new") + "?section=project").status_code == 200
    assert browser.post(one("new"), {**FORM, "version": version}).status_code == 302
    (first,) = asked(row)
    assert [(c.code, c.label_en) for c in first.choices] == [("1", "Medical device"), ("2", "None")]
    second = {**FORM, "kind": "NUMBER", "label_ko": "등급", "label_en": "", "condition": "q_1=1", "least": "1", "most": "4"}
    answer = browser.post(one("new"), {**second, "version": version + 1}, follow=True)
    words = answer.content.decode()
    lacks = "문항 “등급”에 영어 문구가 없습니다: 제목."
    assert lacks in words and "허가 경로 = 의료기기" in words and "최대 4" in words
    assert "&lt;b&gt;해당 없음&lt;/b&gt;" in words and "<b>해당 없음</b>" not in words
    form = browser.get(one("q_2")).content.decode()
    assert f'<a class="underline" href="#id_label_en">{lacks}</a>' in form and 'aria-describedby="id_label_en_helptext"' in form
    # reordered choices keep their codes, so the condition goes on pointing at the same one
    turned = {**FORM, "choices_ko": "기타\n의료기기", "choices_en": "Other\nMedical device", "version": version + 2}
    browser.post(one("q_1"), turned)
    assert [c.code for c in asked(row)[0].choices] == ["3", "1"]
    assert f'href="{one("q_2")}"' in browser.get(f"/admin/vouchers/round/{row.pk}/change/").content.decode()
    browser.post(base, {"up": "q_2", "version": version + 3})
    assert [q.key for q in asked(row)] == ["q_2", "q_1"]
    assert "조건이 가리키는 문항이 없습니다" in browser.get(base).content.decode()
    assert 'value="q_1=1" selected' in browser.get(one("q_2")).content.decode()
    browser.post(base, {"remove": "q_2", "version": version})  # an old page changes nothing
    assert len(asked(row)) == 2
    browser.post(base, {"remove": "q_2", "version": version + 4})
    assert [q.key for q in asked(row)] == ["q_1"]


def test_a_table_and_bad_input():
    row, browser = make_draft(), as_(make.officer())
    (_base, one), version = pages(row), row.policy_version().number
    table = {**FORM, "kind": "TABLE", "column_0_ko": "기관", "column_0_en": "Site", "column_0_kind": "TEXT", "column_1_ko": "건수",
             "column_1_en": "Records", "column_1_kind": "NUMBER", "most": "5", "version": version}  # fmt: skip
    browser.post(one("new"), table)
    assert [(c.code, c.kind) for c in asked(row)[0].columns] == [("1", "TEXT"), ("2", "NUMBER")] and not asked(row)[0].choices
    nothing = browser.post(
        one("new"), {"section": "project", "kind": "TEXT", "label_ko": " ", "help_ko": "도움말", "version": version + 1}
    )
    assert (
        nothing.status_code == 422 and 'href="#id_label_ko"' in nothing.content.decode() and "도움말" in nothing.content.decode()
    )
    for wrong in (
        {"kind": "ESSAY"},
        {"most": "x"},
        {"condition": "q_9=1"},
        {"first_day": "soon"},
        {"section": "documents"},
        {"version": ""},
    ):
        assert browser.post(one("new"), {**table, "version": version + 1, **wrong}).status_code == 422
    assert browser.post(one("new"), table).status_code == 422  # somebody saved meanwhile
    assert browser.get(one("q_77")).status_code == 404 and len(asked(row)) == 1


def test_who_may_and_when():
    row = make_draft()
    base, one = pages(row)
    assert as_().get(base).status_code == 302 and as_(make.firm().representative).get(base).status_code in {302, 403}
    announced = make_round(policy={"questions": [{**{k: FORM[k] for k in ("section", "label_ko", "label_en")}, "key": "q_1", "kind": "TEXT",
                                                 "help_ko": "도움", "help_en": "Help"}]})  # fmt: skip
    base, one = pages(announced)
    browser = as_(make.officer())
    words = browser.get(base).content.decode()
    assert "허가 경로" in words and "초안일 때만" in words and 'name="remove"' not in words
    assert browser.get(one("q_1")).status_code == 403
    browser.post(base, {"remove": "q_1", "version": 1})
    assert len(asked(announced)) == 1
