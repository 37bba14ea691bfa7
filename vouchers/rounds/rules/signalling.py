"""What a round takes for a sign of fraud, as policy data. Source: domain.md §1.6 (payback, proxy applications, inflated prices)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class Trait(Codes):
    """What two organisations can have in common."""

    PERSON = "PERSON", _("The same person acts for both")
    ACCOUNT = "ACCOUNT", _("The account belongs to the other side")
    MAIL = "MAIL", _("The same e-mail address")
    NAME = "NAME", _("Representatives of the same name")
    DOMAIN = "DOMAIN", _("The same e-mail domain")
    ADDRESS = "ADDRESS", _("The same address")
    NETWORK = "NETWORK", _("The same network")


T = Trait
# A person, an account or a whole address is seldom shared by chance; a house, a domain or a network often is, so one of them says
# too little and two together say something.
WEIGHTS: Mapping[str, int] = {
    T.PERSON: 100, T.ACCOUNT: 100, T.MAIL: 70, T.NAME: 30, T.DOMAIN: 30, T.ADDRESS: 30, T.NETWORK: 30,
}  # fmt: skip


@dataclass(frozen=True)
class SignallingPolicy:
    """weights: Trait → points. list_from, strong_from: points from which a signal is listed, and owed a decision. shared_most: what
    more organisations than that have in common (an incubator's address) counts less the more there are. contacts_from: applicants of
    one contact from which it is told as such. text_percent, file_percent: likeness of texts, part of a delivery that is the same.

    split_thresholds_won: amounts from which more is asked of a payment; split_percent: so close below one; split_days: so near to
    each other. price_quotes: the provider's other quotes of the same thing that are needed; price_deviations: robust deviations;
    price_percent: of their median, both at least. pair_projects, pair_percent: projects of one company with one provider, and
    their part of what that provider earns. network_days: for how long the digest of a network is kept after the call closed."""

    list_from: int = 60
    strong_from: int = 100
    shared_most: int = 5
    contacts_from: int = 4
    text_percent: int = 60
    file_percent: int = 60
    split_thresholds_won: tuple[int, ...] = (20_000_000, 50_000_000, 100_000_000)
    split_percent: int = 10
    split_days: int = 30
    price_quotes: int = 4
    price_deviations: int = 4
    price_percent: int = 160
    pair_projects: int = 3
    pair_percent: int = 60
    network_days: int = 365
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)


NUMBERS = {
    "list_from": (1, 1000), "strong_from": (1, 1000), "shared_most": (2, 100), "contacts_from": (2, 100), "text_percent": (30, 100),
    "file_percent": (1, 100), "split_percent": (1, 50), "split_days": (1, 365), "price_quotes": (3, 100), "price_deviations": (2, 100),
    "price_percent": (101, 1000), "pair_projects": (2, 100), "pair_percent": (1, 100), "network_days": (1, 1825),
}  # fmt: skip
MOST_THRESHOLDS = 10


def parse_signalling(body: Mapping[str, Any]) -> SignallingPolicy:
    """`signalling` of PolicyVersion.body → SignallingPolicy; what is missing takes its default.

    Raises TypeError, ValueError or AttributeError for a body that `signalling_faults` would refuse.
    """
    given: dict[str, Any] = {name: int(body[name]) for name in NUMBERS if body.get(name) is not None}
    if body.get("split_thresholds_won") is not None:
        given["split_thresholds_won"] = tuple(int(one) for one in body["split_thresholds_won"])
    said: dict[str, int] = {T(code): int(points) for code, points in (body.get("weights") or {}).items()}
    return SignallingPolicy(**given, weights={**WEIGHTS, **said})


def signalling_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `signalling` of a policy, as codes."""
    try:
        policy = parse_signalling(body)
    except (TypeError, ValueError, AttributeError):
        return ["signalling_shape"]
    ends = policy.split_thresholds_won
    wrong = {
        "signalling_numbers": not all(least <= getattr(policy, name) <= most for name, (least, most) in NUMBERS.items()),
        "signalling_points": policy.strong_from < policy.list_from or not all(0 <= n <= 1000 for n in policy.weights.values()),
        "signalling_thresholds": list(ends) != sorted(set(ends)) or len(ends) > MOST_THRESHOLDS or any(one <= 0 for one in ends),
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


_FAULTS = {
    "signalling_shape": _("The rules about signs of fraud cannot be read."),
    "signalling_numbers": _("A number of the rules about signs of fraud lies outside of what is possible."),
    "signalling_points": _(
        "A signal is strong from as many points as it is listed from, or more; a trait has 0 to 1,000 points."
    ),
    "signalling_thresholds": _("The amounts under which payments may be split rise from one to the next; at most ten."),
}


def signalling_fault_words(code: str) -> str:
    """The sentence of a fault of `signalling_faults`, in the reader's language."""
    return str(_FAULTS[code])
