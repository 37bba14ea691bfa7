"""The text is negotiated (협의): parties comment on articles, the operating agency answers each; what it accepts is a new version."""

import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused, Stale
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.drafting import lock, move, named, require_apart
from vouchers.agreements.actions.writing import write_version
from vouchers.agreements.models import Agreement, AgreementVersion, ClauseComment

P = rules.PartyRole


@transaction.atomic
def negotiate(*, agreement_id: int, by: Any) -> Agreement:
    """The draft is shown to the parties, who may comment on its articles. Nobody is bound. Comments that waited when it was taken
    back are owed an answer again. Writes: Agreement, Event, Duty, Notices."""
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    move(agreement, "negotiate", "agreement.shown", by=by)
    for party in agreement.taking_part().select_related("organisation").exclude(role=P.OPERATOR):
        notices.agreement_to_negotiate(agreement, party)
    if queries.open_comments(agreement):
        _owe_answers(agreement, by)
    return agreement


@transaction.atomic
def comment_clause(*, agreement_id: int, clause: int, text: str, content_hash: str, by: Any) -> ClauseComment:
    """A party comments on an article. clause: counted from 1; content_hash: of the version that was read.

    Writes: ClauseComment, Event, Duty. Raises: Stale (another version stands now), Refused (no such article, nothing said), NotAllowed.
    """
    agreement = lock(agreement_id)
    party = queries.comments_for(agreement, by)
    if party is None:
        raise NotAllowed(_("Only a party of the agreement comments on it."), "not_a_party")
    require(by, "vouchers.comment_clause", party)
    rules.LIFECYCLE.step(agreement.status, "comment_clause")
    version = agreement.current()
    _fresh(version, content_hash)
    if not 1 <= clause <= len(version.body["clauses"]):
        raise Refused(_("There is no such article. Choose one of the list."), "no_clause", "clause")
    if not text.strip():
        raise Refused(_("Write what should be different, and why."), "comment_empty", "text")
    comment = ClauseComment(
        agreement=agreement, on_version=version, clause=clause, party=party, author=by, text=text.strip()
    )  # fmt: skip
    comment.save()
    journal.record(
        "agreement.commented", agreement, by=by, organisations=agreement.organisation_ids(),
        data={"comment": comment.ref, "clause": clause, "version": version.number},
    )  # fmt: skip
    _owe_answers(agreement, by)
    return comment


def _owe_answers(agreement: Agreement, by: Any) -> None:
    ko, en = named(agreement)
    journal.open_duty(
        agreement, "answer_comments", title_ko=f"협약 조항 의견 답변: {ko}", title_en=f"Answer comments on articles: {en}",
        url=f"/agreements/{agreement.ref}/negotiate/", due_in=agreement.round.days("clause_answer"), role="OPERATOR_CASE", by=by,
    )  # fmt: skip


@documents.all_or_nothing()
def answer_comment(
    *, comment_id: int, verb: str, answer: str, content_hash: str, text_ko: str = "", text_en: str = "", by: Any
) -> ClauseComment:
    """The operating agency answers, accepts or declines a comment. verb: answer, accept or decline; an accepted one rewords the
    article in both languages and writes the next version. content_hash: of the version that was read.

    Writes: ClauseComment, Event, Notice to the party; for an accepted one AgreementVersion and Document. Raises: Stale (another
    version stands now, whose wording would be lost), Refused, NotAllowed.
    """
    agreement = lock(ClauseComment.objects.only("agreement_id").get(pk=comment_id).agreement_id)
    comment = ClauseComment.objects.select_related("party__organisation").get(pk=comment_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    rules.LIFECYCLE.step(agreement.status, "answer_comment")
    _fresh(agreement.current(), content_hash)
    comment.status = rules.COMMENT_LIFECYCLE.step(comment.status, verb)
    if not answer.strip():
        raise Refused(_("Write an answer: the party reads it."), "answer_missing", "answer")
    if verb == "accept":
        comment.made_version = _reworded(agreement, comment.clause, text_ko.strip(), text_en.strip(), by)
    comment.answer, comment.answered_by, comment.answered_at = answer.strip(), by, clock.now()
    comment.save()
    journal.record(
        "agreement.comment_answered", agreement, by=by, reason=comment.answer, organisations=agreement.organisation_ids(),
        data={
            "comment": comment.ref, "clause": comment.clause, "verdict": comment.status,
            **({"version": comment.made_version.number} if comment.made_version else {}),
        },
    )  # fmt: skip
    if not queries.open_comments(agreement):
        journal.close_duty(agreement, "answer_comments", by=by)
    notices.comment_answered(agreement, comment)
    return comment


def _fresh(version: AgreementVersion, content_hash: str) -> None:
    """Raises: Stale for who read another version than the one that stands."""
    if not secrets.compare_digest(version.content_hash.encode(), content_hash.encode()):
        raise Stale


def _reworded(agreement: Agreement, clause: int, text_ko: str, text_en: str, by: Any) -> Any:
    body = agreement.current().body
    if not text_ko or not text_en:
        raise Refused(_("Write the new article in both languages."), "article_missing", "text_ko" if not text_ko else "text_en")
    clauses = rules.rewritten(body["clauses"], clause, text_ko=text_ko, text_en=text_en)
    if clauses == body["clauses"]:
        raise Refused(
            _("The article reads as before. Reword it, or answer the comment without accepting it."), "article_same", "text_ko"
        )
    money = body["money"]
    return write_version(agreement, rate_percent=money["rate_percent"], by_rate_won=money["by_rate_won"], by=by, clauses=clauses)
