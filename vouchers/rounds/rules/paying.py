"""How a round's money leaves, as policy data: by the bank or through the subsidy network. Source: domain.md §4.6, 6.11."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class Rail(Codes):
    """Who moves the money. A round has one, and no payment of it ever leaves by the other."""

    BANK = "BANK", _("The bank")
    SUBSIDY_NETWORK = "SUBSIDY_NETWORK", _("The subsidy network (e-Naradoum)")


class Way(Codes):
    """How a payment is handed over. GATEWAY: a call for each transfer; the others: a file for many."""

    GATEWAY = "GATEWAY", _("To the bank at once, each transfer by itself")
    PAIN_001 = "PAIN_001", _("To the bank in a file (ISO 20022 pain.001)")
    SHEET = "SHEET", _("To the bank in its bulk-transfer spreadsheet")
    NETWORK = "NETWORK", _("Registered in the subsidy network, which pays")


WAYS: Mapping[str, tuple[Way, ...]] = {
    Rail.BANK: (Way.GATEWAY, Way.PAIN_001, Way.SHEET), Rail.SUBSIDY_NETWORK: (Way.NETWORK,),
}  # fmt: skip


@dataclass(frozen=True)
class PayingPolicy:
    """rail: Rail; ways: of that rail, which a registrar may choose, the usual one first. bank_code (three digits), account
    (digits) and holder: the programme's own account, which files for the bank name as who pays. advance_rate: of a provider's grant,
    what may be paid before it delivered, 0: nothing; advance_guarantee: only against a guarantee."""

    rail: Rail = Rail.BANK
    ways: tuple[Way, ...] = (Way.GATEWAY,)
    bank_code: str = ""
    account: str = ""
    holder: str = ""
    advance_rate: Decimal = Decimal(0)
    advance_guarantee: bool = True

    @property
    def advance_percent(self) -> str:
        """`30`, `12.5`."""
        return f"{(self.advance_rate * 100).normalize():f}"


def parse_paying(body: Mapping[str, Any]) -> PayingPolicy:
    """`paying` of PolicyVersion.body → PayingPolicy; what is missing takes its default.

    Raises TypeError, ValueError or AttributeError for a body that `paying_faults` would refuse.
    """
    rail = Rail(body.get("rail", Rail.BANK))
    ways = tuple(Way(way) for way in body.get("ways") or WAYS[rail][:1])
    given = {name: body.get(name) or "" for name in ("bank_code", "account", "holder")}
    if not all(isinstance(one, str) for one in given.values()):
        raise TypeError
    needed = body.get("advance_guarantee", True)
    if not isinstance(needed, bool):
        raise TypeError
    rate = Decimal(str(body.get("advance_rate") or 0))
    return PayingPolicy(rail=rail, ways=ways, advance_rate=rate, advance_guarantee=needed, **given)


def paying_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `paying` of a policy, as codes."""
    try:
        policy = parse_paying(body)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return ["paying_shape"]
    faults = [] if set(policy.ways) <= set(WAYS[policy.rail]) and len(set(policy.ways)) == len(policy.ways) else ["paying_ways"]
    named = re.fullmatch(r"\d{3}", policy.bank_code) and re.fullmatch(r"\d{8,20}", policy.account) and policy.holder.strip()
    by_file = {Way.PAIN_001, Way.SHEET} & set(policy.ways)
    if not named and (by_file or policy.bank_code or policy.account or policy.holder):
        faults.append("paying_account")
    if not (policy.advance_rate.is_finite() and 0 <= policy.advance_rate < 1):
        faults.append("paying_advance")
    return faults


_FAULTS = {
    "paying_advance": _("The advance is a share of the grant from 0 to below 100 percent."),
    "paying_shape": _("The rules about paying out cannot be read."),
    "paying_ways": _("A payment leaves by one rail alone: choose ways of the bank, or the subsidy network."),
    "paying_account": _(
        "Files for the bank name the account that pays: enter the bank's code (three digits), the account number (8 to 20 digits)"
        " and its holder."
    ),
}


def paying_fault_words(code: str) -> str:
    """The sentence of a fault of `paying_faults`, in the reader's language."""
    return str(_FAULTS[code])
