"""Signs of fraud: what is told apart on paper. Source: domain.md §1.6."""

from vouchers.signals.rules.facts import Evidence, Facts, File, Finding, Mark, Payment, Price, Share, Text
from vouchers.signals.rules.files import FileKind
from vouchers.signals.rules.finding import found_in, known_again
from vouchers.signals.rules.money import deviations, just_below, longest_run
from vouchers.signals.rules.picture import Node, Picture, picture
from vouchers.signals.rules.relations import ACCOUNT_HOLDER, ACCOUNT_NUMBER
from vouchers.signals.rules.stages import LIFECYCLE, VERSION, Side, SignalKind, SignalStatus, Strength, strength
from vouchers.signals.rules.texts import likeness, own_words, shingles

__all__ = [
    "ACCOUNT_HOLDER",
    "ACCOUNT_NUMBER",
    "LIFECYCLE",
    "VERSION",
    "Evidence",
    "Facts",
    "File",
    "FileKind",
    "Finding",
    "Mark",
    "Node",
    "Payment",
    "Picture",
    "Price",
    "Share",
    "Side",
    "SignalKind",
    "SignalStatus",
    "Strength",
    "Text",
    "deviations",
    "found_in",
    "just_below",
    "known_again",
    "likeness",
    "longest_run",
    "own_words",
    "picture",
    "shingles",
    "strength",
]
