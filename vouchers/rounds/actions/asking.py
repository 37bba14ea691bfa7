"""While a round is a draft: the questions that its applications ask. Each change is a version of the policy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.kit.errors import Refused, Stale
from vouchers.rounds import rules
from vouchers.rounds.actions.prepare import draft_of, save_policy
from vouchers.rounds.models import PolicyVersion, Round

type Asked = tuple[rules.Question, ...]


@transaction.atomic
def save_question(*, round_id: int, version: int, question: Mapping[str, Any], key: str = "", by: User | None) -> PolicyVersion:
    """Adds a question behind the others, or replaces the one with this key; its place stays, unless its section changes.

    version: number of the policy version that the page showed. question: as in PolicyVersion.body, without its key. Half a
    question is stored too: what is wrong with it is named, and stops the announcement; one that asks nothing is not. Writes:
    PolicyVersion, Event round.policy_saved. Raises: Stale, IllegalStep once the round is no draft, Refused for what cannot be
    read or has no label in either language.
    """

    label = str(question.get("label_ko") or "").strip() or str(question.get("label_en") or "").strip()

    def change(asked: Asked, body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not label:
            words = _("Write what is asked: the question needs a label in Korean or in English.")
            raise Refused(words, "question_empty", "label_ko")
        own = key or rules.next_key([*_keys_ever(round_id), *(one.key for one in asked)])
        made = {**question, "key": own}
        if not key:
            return [*body, made]
        before = _of(asked, key)
        if before.section == made.get("section"):
            return [made if one["key"] == key else one for one in body]
        return [*(one for one in body if one["key"] != key), made]

    said = _("Question changed: %(label)s") if key else _("Question added: %(label)s")
    return _change(round_id, version, change, str(said) % {"label": label}, by)


@transaction.atomic
def remove_question(*, round_id: int, version: int, key: str, by: User | None) -> PolicyVersion:
    """Takes a question out of a draft. Its number is never given to another one. Writes and raises: as save_question."""
    gone = ""

    def change(asked: Asked, body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        nonlocal gone
        gone = _of(asked, key).label_ko
        return [one for one in body if one["key"] != key]

    return _change(round_id, version, change, lambda: str(_("Question removed: %(label)s")) % {"label": gone}, by)


@transaction.atomic
def move_question(*, round_id: int, version: int, key: str, up: bool, by: User | None) -> PolicyVersion:
    """A place higher or lower within its section. Writes and raises: as save_question."""

    def change(asked: Asked, body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        _of(asked, key)
        return [rules.question_body(one) for one in rules.moved(asked, key, up=up)]

    return _change(round_id, version, change, str(_("Questions put into another order")), by)


def _change(
    round_id: int,
    version: int,
    change: Callable[[Asked, list[dict[str, Any]]], list[dict[str, Any]]],
    reason: str | Callable[[], str],
    by: User | None,
) -> PolicyVersion:
    row = draft_of(round_id, by)
    policy = _policy(row)
    if policy.number != version:
        raise Stale()
    body = [dict(one) for one in policy.body.get("questions", ())]
    asked = change(rules.parse_questions(body), body)
    if asked == body:
        return policy
    return save_policy(
        round_id=row.pk, body={**policy.body, "questions": asked}, reason=reason if isinstance(reason, str) else reason(), by=by
    )


def _policy(row: Round) -> PolicyVersion:
    found = row.policy_version()
    if found is None:
        raise Refused(_("Enter the policy of the round first; questions belong to it."), "no_policy")
    return found


def _of(asked: Asked, key: str) -> rules.Question:
    found = next((one for one in asked if one.key == key), None)
    if found is None:
        raise Refused(_("This question is not there any more. Load the page again."), "no_question")
    return found


def _keys_ever(round_id: int) -> Sequence[str]:
    """Of every version: an answer never changes its question."""
    bodies = PolicyVersion.objects.filter(round_id=round_id).values_list("body__questions", flat=True)
    return [one["key"] for body in bodies for one in body or ()]
