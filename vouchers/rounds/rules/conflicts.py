"""How a round treats conflicts of interest, as policy data. Source: domain.md §1.7 (worked there in the last 3 years), 6.3, 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PUBLIC_DOMAINS = (
    "naver.com", "daum.net", "hanmail.net", "kakao.com", "nate.com", "korea.kr", "korea.com", "gmail.com", "googlemail.com",
    "outlook.com", "outlook.kr", "hotmail.com", "live.com", "live.co.kr", "msn.com", "yahoo.com", "yahoo.co.kr", "icloud.com",
    "me.com", "proton.me", "protonmail.com",
)  # fmt: skip


@dataclass(frozen=True)
class ConflictPolicy:
    """employer_years, advice_years: how long an ended employment or advice counts. public_domains: mail domains that many
    organisations share, lower case. publishes_pool: applicants see the pool's members and may challenge them (기피).
    challenge_days: working days for a challenge from the closing time.
    """

    employer_years: int = 3
    advice_years: int = 3
    public_domains: Sequence[str] = PUBLIC_DOMAINS
    publishes_pool: bool = False
    challenge_days: int = 5


def parse_conflicts(body: Mapping[str, Any]) -> ConflictPolicy:
    """`conflicts` of PolicyVersion.body → ConflictPolicy; what is missing takes its default.

    Raises TypeError or ValueError for a body that `conflict_faults` would refuse.
    """
    plain = ConflictPolicy()
    return ConflictPolicy(
        employer_years=int(body.get("employer_years", plain.employer_years)),
        advice_years=int(body.get("advice_years", plain.advice_years)),
        public_domains=tuple(str(one).strip().lower() for one in body.get("public_domains", plain.public_domains)),
        publishes_pool=bool(body.get("publishes_pool", plain.publishes_pool)),
        challenge_days=int(body.get("challenge_days", plain.challenge_days)),
    )


def conflict_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `conflicts` of a policy, as codes."""
    try:
        policy = parse_conflicts(body)
    except (TypeError, ValueError, AttributeError):
        return ["conflicts_shape"]
    if not (0 <= policy.employer_years <= 20 and 0 <= policy.advice_years <= 20):
        return ["conflicts_years"]
    return [] if 1 <= policy.challenge_days <= 60 else ["conflicts_days"]


_FAULTS = {
    "conflicts_shape": _("The rules about conflicts of interest cannot be read."),
    "conflicts_years": _("An earlier employment or advice counts for 0 to 20 years."),
    "conflicts_days": _("A challenge of an evaluator takes 1 to 60 working days."),
}


def conflict_fault_words(code: str) -> str:
    """The sentence of a fault of `conflict_faults`, in the reader's language."""
    return str(_FAULTS[code])
