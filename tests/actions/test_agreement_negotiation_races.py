"""Two people answer one comment at once, on connections of their own."""

from tests.committed import together
from tests.factories import evaluation as ev
from vouchers.agreements import actions
from vouchers.agreements.models import ClauseComment


def test_two_who_answer_one_comment_at_once_answer_it_once(committed_db):
    made = ev.drafted()
    colleague = ev.operator()
    row = actions.negotiate(agreement_id=made.agreement.pk, by=made.operator)
    held = row.current()
    comment = actions.comment_clause(
        agreement_id=row.pk, clause=2, text="30일 안에 제공", content_hash=held.content_hash, by=made.company
    )  # fmt: skip
    given = {"comment_id": comment.pk, "content_hash": held.content_hash}
    results = together(
        lambda: actions.answer_comment(verb="accept", answer="반영", text_ko="새 조항", text_en="New article", by=made.operator, **given),
        lambda: actions.answer_comment(verb="decline", answer="그대로", by=colleague, **given), behind=row,
    )  # fmt: skip
    refused = [getattr(one, "code", one) for one in results if isinstance(one, Exception)]
    found = ClauseComment.objects.get()
    assert refused in (["stale"], ["illegal_step"]) and found.status in {"ACCEPTED", "DECLINED"}
    assert row.versions.count() == (2 if found.status == "ACCEPTED" else 1)
