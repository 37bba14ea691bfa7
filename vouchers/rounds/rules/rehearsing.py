"""A rehearsal: a whole round up to the released selection on test companies, marked wherever its name stands."""

from vouchers.rounds.rules.stages import MatchTiming, RoundKind

MARK_KO, MARK_EN = "[모의] ", "[Rehearsal] "
MOST_COMPANIES = 20  # test companies that apply at one press of the button
RELEASED = frozenset({"AWARDED", "RUNNING", "SETTLING", "ARCHIVED"})  # states of a round whose selection was released


def own_kind(*, demo: bool) -> RoundKind:
    """Of a round that somebody makes; demo: one of the demonstration's people, whose calls are fictional and say so."""
    return RoundKind.DEMO if demo else RoundKind.LIVE


def marked(kind: str, title_ko: str, title_en: str) -> tuple[str, str]:
    """The titles as they stand: a rehearsal's carry the mark, no other round's do."""
    plain = title_ko.removeprefix(MARK_KO), title_en.removeprefix(MARK_EN)
    return (MARK_KO + plain[0], MARK_EN + plain[1]) if kind == RoundKind.REHEARSAL else plain


def may_hold(kind: str, *, test_company: bool) -> bool:
    """Test companies apply in rehearsals, real ones and the demo's never."""
    return (kind == RoundKind.REHEARSAL) == test_company


def timing(kind: str, match_timing: str) -> str:
    """When matches are due. A rehearsal asks no provider, so it has none."""
    return MatchTiming.AFTER_SELECTION if kind == RoundKind.REHEARSAL else match_timing


def may_be_promoted(kind: str, status: str) -> bool:
    """Only a rehearsal that went as far as it goes."""
    return kind == RoundKind.REHEARSAL and status in RELEASED
