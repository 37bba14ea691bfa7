"""Negotiating the text: articles of the round, comments by the parties, each answered, what is accepted as a new version."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.journal.models import Duty, Notice
from portal.kit.errors import IllegalStep, NotAllowed, Stale
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import authorities
from tests.factories import evaluation as ev
from tests.factories.rounds import make_draft
from tests.refusals import refused
from vouchers.agreements import actions, queries, rules
from vouchers.agreements.models import ClauseComment
from vouchers.rounds import rules as rounds

pytestmark = pytest.mark.django_db
OWN = [
    {
        "title_ko": "데이터 이용",
        "title_en": "Use of data",
        "text_ko": "승인된 목적에만 쓴다.",
        "text_en": "For the approved purpose only.",
    }
]


def negotiated():
    made = ev.drafted()
    made.agreement = actions.negotiate(agreement_id=made.agreement.pk, by=made.operator)
    return made


def comment(made, *, by=None, clause=2, text="심의를 마친 기관부터 30일 안에 제공해 주십시오.", **changes):
    given = {"content_hash": made.agreement.current().content_hash, **changes}
    return actions.comment_clause(agreement_id=made.agreement.pk, clause=clause, text=text, by=by or made.company, **given)


def answer(made, row, verb, **texts):
    given = {"content_hash": made.agreement.current().content_hash, "answer": "검토했습니다.", **texts}
    return actions.answer_comment(comment_id=row.pk, verb=verb, by=made.operator, **given)


def text(response) -> str:
    return response.content.decode()


# ── Articles of the round ────────────────────────────────────────────────────────────────────────────
def test_articles_are_typed_as_one_text_a_language():
    ko, en = "# 목적\n첫 조항\n\n둘째 줄\n\n# 기간\n셋째", "# Purpose\nFirst\n\n# Period\nThird"
    typed = rounds.typed_clauses(ko, en)
    assert [one["title_ko"] for one in typed] == ["목적", "기간"] and typed[0]["text_ko"] == "첫 조항\n\n둘째 줄"
    held = rounds.parse_clauses(typed)
    assert rounds.written_clauses(held, "ko") == ko and rounds.clause_faults(typed) == []
    assert rounds.typed_clauses(ko, "# Purpose\nFirst") is None and rounds.typed_clauses("words", "words") is None
    assert rounds.typed_clauses("", "") == []


@pytest.mark.parametrize(("body", "fault"), [
    ("text", "clauses_shape"), ([{"title_ko": "목적"}], "clauses_shape"), ([1], "clauses_shape"),
    ([{**OWN[0], "text_en": " "}], "clauses_empty"), ([{**OWN[0], "title_en": "x" * 101}], "clauses_long"), (OWN * 41, "clauses_long"),
])  # fmt: skip
def test_a_round_with_wrong_articles_is_not_announced(body, fault):
    assert rounds.clause_faults(body) == [fault] and str(rounds.fault_words(fault))


def test_a_draft_takes_the_articles_of_its_round():
    at, awards = ev.awarded(clauses=OWN)
    from vouchers.evaluation import actions as evaluation

    award = evaluation.accept_award(award_id=awards[0].pk, by=at.firms[0].representative)
    row = actions.draft(award_id=award.pk, by=ev.operator(), **ev.period())
    assert row.current().body["clauses"] == OWN
    assert make_draft().policy().clauses == ()  # none of its own: the standard articles
    assert len(ev.drafted().agreement.current().body["clauses"]) == len(rules.CLAUSES)


def test_a_version_says_what_it_words_differently():
    before = [dict(OWN[0]), {**OWN[0], "title_ko": "둘째"}]
    after = rules.rewritten(before, 2, text_ko="새 글", text_en="New text")
    assert before[1]["text_ko"] == OWN[0]["text_ko"]
    (one,) = rules.clause_differences(before, after, "ko")
    assert (one.name, one.was, one.would_be) == ("둘째", OWN[0]["text_ko"], "새 글")
    with pytest.raises(IndexError):
        rules.rewritten(before, 3, text_ko="x", text_en="x")


# ── Comments ─────────────────────────────────────────────────────────────────────────────────────────
def test_an_accepted_comment_rewords_the_article_in_the_next_version():
    made = negotiated()
    assert Notice.objects.filter(user=made.company, template="agreement_to_negotiate").exists()
    row = comment(made)
    assert Duty.objects.filter(subject_ref=made.agreement.ref, verb="answer_comments", closed_at=None).exists()
    refused(actions.send_for_signature, "comments_open", agreement_id=made.agreement.pk, by=made.operator)
    refused(answer, "article_missing", made=made, row=row, verb="accept", text_ko="새 글")
    old = made.agreement.current().body["clauses"][1]
    same = {"text_ko": old["text_ko"], "text_en": old["text_en"]}
    refused(answer, "article_same", made=made, row=row, verb="accept", **same)
    done = answer(made, row, "accept", text_ko="30일 안에 제공한다.", text_en="Provided within 30 days.")
    version = made.agreement.current()
    assert (done.status, done.made_version, version.number) == ("ACCEPTED", version, 2)
    assert version.body["clauses"][1]["text_ko"] == "30일 안에 제공한다." and queries.intact(made.agreement)
    assert [one.would_be for one in queries.worded_differently(version)] == ["30일 안에 제공한다."]
    assert Notice.objects.filter(user=made.company, template="comment_answered").exists()
    assert not Duty.objects.filter(verb="answer_comments", closed_at=None).exists()
    row = actions.revise(agreement_id=made.agreement.pk, by=made.operator, **ev.period())
    assert row.current().body["clauses"][1]["text_ko"] == "30일 안에 제공한다." and row.status == "NEGOTIATING"
    made.agreement = actions.send_for_signature(agreement_id=row.pk, by=made.operator)
    authorities.of_parties(made.agreement, *made.everybody)
    for person in made.everybody:
        made.agreement = ev.sign(made, person)
    assert made.agreement.status == "ACTIVE" and list(queries.faults()) == []


def test_two_accepted_comments_on_one_article_never_drop_each_others_wording():
    made = negotiated()
    first, second = comment(made), comment(made, by=made.provider, text="암호화하여 제공해 주십시오.")
    read = made.agreement.current().content_hash
    answer(made, first, "accept", text_ko="30일 안에 제공한다.", text_en="Provided within 30 days.")
    late = {"text_ko": "암호화하여 제공한다.", "text_en": "Provided encrypted.", "content_hash": read}
    for verb in ("accept", "decline", "answer"):
        with pytest.raises(Stale):
            answer(made, second, verb, **late)
    reply = f"/agreements/{made.agreement.ref}/negotiate/{second.ref}/"
    shown = as_(made.operator).post(reply, {"verb": "accept", "answer": "암호화를 넣었습니다.", **late})
    assert shown.status_code == 422 and "30일 안에 제공한다." in text(shown) and "암호화하여 제공한다." in text(shown)
    form = shown.context["form"]
    assert form["content_hash"].value() == made.agreement.current().content_hash and made.agreement.versions.count() == 2
    again = {name: form[name].value() for name in ("verb", "answer", "content_hash", "text_en")}
    both = {**again, "text_ko": "30일 안에 암호화하여 제공한다."}
    assert as_(made.operator).post(reply, both).status_code == 303
    assert made.agreement.current().body["clauses"][1]["text_ko"] == "30일 안에 암호화하여 제공한다."


def test_a_comment_on_a_version_that_was_replaced_is_kept_and_sent_again_for_the_one_that_stands():
    made = negotiated()
    address = f"/agreements/{made.agreement.ref}/negotiate/"
    sent = {"content_hash": made.agreement.current().content_hash, "clause": "3", "text": "기한을 적어 주십시오."}
    answer(made, comment(made), "accept", text_ko="30일 안에 제공한다.", text_en="Provided within 30 days.")
    shown = as_(made.provider).post(address, sent)
    assert shown.status_code == 422 and "기한을 적어 주십시오." in text(shown)
    form = shown.context["form"]
    again = {name: form[name].value() for name in sent}
    assert as_(made.provider).post(address, again).status_code == 303
    assert ClauseComment.objects.get(clause=3).on_version == made.agreement.current()


def test_the_page_shows_every_article_that_differs_from_what_was_shown_first():
    made = negotiated()
    for clause, words in ((2, "30일 안에 제공한다."), (3, "셋째 조항을 고쳤다.")):
        answer(made, comment(made, clause=clause), "accept", text_ko=words, text_en=f"Article {clause} reworded.")
    row = actions.revise(agreement_id=made.agreement.pk, by=made.operator, **ev.period())
    assert [one.would_be for one in queries.worded_differently(row.current())] == ["30일 안에 제공한다.", "셋째 조항을 고쳤다."]
    shown = text(as_(made.company).get(f"/agreements/{row.ref}/negotiate/"))
    assert "처음 협약안과 달라진 조항" in shown and shown.count("<del>") == 2
    assert queries.worded_differently(row.versions.get(number=1)) == []


def test_comments_that_waited_when_the_text_was_taken_back_are_owed_an_answer_again():
    made = negotiated()
    row, owed = comment(made), Duty.objects.filter(subject_ref=made.agreement.ref, verb="answer_comments", closed_at=None)
    actions.return_to_draft(agreement_id=made.agreement.pk, reason="기간을 고칩니다.", by=made.operator)
    assert not owed.exists()
    refused(actions.send_for_signature, "comments_open", agreement_id=made.agreement.pk, by=made.operator)
    made.agreement = actions.negotiate(agreement_id=made.agreement.pk, by=made.operator)
    assert owed.get().role == "OPERATOR_CASE"
    answer(made, row, "decline")
    assert not owed.exists()


def test_declined_and_answered_comments_write_no_version():
    made = negotiated()
    for verb, status in (("decline", "DECLINED"), ("answer", "ANSWERED")):
        assert answer(made, comment(made, by=made.provider), verb).status == status
    assert made.agreement.versions.count() == 1
    with pytest.raises(IllegalStep):
        answer(made, ClauseComment.objects.first(), "decline")


def test_comments_are_of_parties_on_the_version_that_stands_while_it_is_negotiated():
    made = ev.drafted()
    with pytest.raises(IllegalStep):
        comment(made)
    made.agreement = actions.negotiate(agreement_id=made.agreement.pk, by=made.operator)
    for nobody in (make.firm().representative, made.operator):
        with pytest.raises(NotAllowed):
            comment(made, by=nobody)
    with pytest.raises(Stale):
        comment(made, content_hash="0" * 64)
    refused(comment, "no_clause", made=made, clause=99)
    refused(comment, "comment_empty", made=made, text=" ")
    with pytest.raises(NotAllowed):
        actions.answer_comment(
            comment_id=comment(made).pk, verb="answer", answer="x", content_hash=made.agreement.current().content_hash, by=made.company
        )  # fmt: skip


def test_the_database_keeps_what_was_said_and_answers_once():
    made = negotiated()
    row = comment(made)
    rows = ClauseComment.objects.filter(pk=row.pk)
    for change in ({"text": "다른 말"}, {"clause": 1}, {"status": "DECLINED"}, {"answer": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    answer(made, row, "decline")
    for change in ({"answer": "다른 답"}, {"status": "ANSWERED"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete(rows.db)
    actions.send_for_signature(agreement_id=made.agreement.pk, by=made.operator)
    late = ClauseComment.objects.get(pk=row.pk)
    late.pk, late.ref, late.status, late.answer, late.answered_by, late.answered_at = None, "", "OPEN", "", None, None
    late._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        late.save()


# ── In the browser ───────────────────────────────────────────────────────────────────────────────────
def test_parties_comment_and_the_operator_answers_in_the_browser():
    made = ev.drafted()
    address, operator = f"/agreements/{made.agreement.ref}/", as_(made.operator)
    assert as_(made.company).get(f"{address}negotiate/").status_code == 404  # a draft that nobody was shown
    assert operator.post(f"{address}verb/negotiate/").status_code == 303
    page = as_(made.company).get(f"{address}negotiate/")
    assert page.status_code == 200 and "조항에 의견 내기" in text(page)
    sent = {"content_hash": made.agreement.current().content_hash, "clause": "2", "text": "기한을 적어 주십시오."}
    bad = as_(made.company).post(f"{address}negotiate/", {**sent, "text": ""})
    assert bad.status_code == 422 and 'href="#id_text"' in text(bad)
    assert as_(made.company).post(f"{address}negotiate/", sent).status_code == 303
    assert as_(made.operator).post(f"{address}negotiate/", sent).status_code == 403
    stranger = as_(make.firm().representative)
    assert stranger.get(f"{address}negotiate/").status_code == 404 and Client().get(f"{address}negotiate/").status_code == 302
    row = ClauseComment.objects.get()
    reply = f"{address}negotiate/{row.ref}/"
    assert as_(made.company).get(reply).status_code == 403 and stranger.get(reply).status_code == 403
    assert "기한을 적어 주십시오." in text(operator.get(reply))
    typed = {
        "verb": "accept", "answer": "기한을 넣었습니다.", "text_ko": "30일 안에 제공한다.", "text_en": "",
        "content_hash": made.agreement.current().content_hash,
    }  # fmt: skip
    half = operator.post(reply, typed)
    assert half.status_code == 422 and "30일 안에 제공한다." in text(half)
    assert operator.post(reply, {**typed, "text_en": "Within 30 days."}).status_code == 303
    assert operator.get(reply).status_code == 303
    shown = text(as_(made.provider).get(f"{address}negotiate/"))
    assert "<del>" in shown and "제2판에 반영" in shown and "기한을 넣었습니다." in shown
    assert "Within 30 days." in text(as_(made.provider).get(f"/en{address}negotiate/"))
