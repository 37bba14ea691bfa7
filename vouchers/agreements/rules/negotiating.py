"""Comments on the articles of a text that is negotiated (협의). Source: domain.md §6.6."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.agreements.rules.changing import Difference


class CommentStatus(Codes):
    OPEN = "OPEN", _("Comment waits for an answer")
    ANSWERED = "ANSWERED", _("Reply given")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Not accepted")


K = CommentStatus
COMMENT_LIFECYCLE = Lifecycle(
    "clause_comment",
    K,
    K.OPEN,
    {(K.OPEN, "answer"): K.ANSWERED, (K.OPEN, "accept"): K.ACCEPTED, (K.OPEN, "decline"): K.DECLINED},
)


def rewritten(clauses: Sequence[Mapping[str, str]], place: int, *, text_ko: str, text_en: str) -> list[dict[str, str]]:
    """The articles with another text of one. place: counted from 1. Raises IndexError where there is none."""
    if not 1 <= place <= len(clauses):
        raise IndexError(place)
    return [
        {**one, "text_ko": text_ko, "text_en": text_en} if number == place else dict(one) for number, one in enumerate(clauses, 1)
    ]


def clause_differences(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]], lang: str) -> list[Difference]:
    """Which articles two versions word differently: what was and what is. lang: ko or en."""
    return [
        Difference("CLAUSE", new[f"title_{lang}"], old[f"text_{lang}"], new[f"text_{lang}"])
        for old, new in zip(before, after, strict=False)
        if (old["text_ko"], old["text_en"]) != (new["text_ko"], new["text_en"])
    ]
