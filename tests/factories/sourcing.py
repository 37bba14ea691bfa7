"""A need that nothing fits, with the operator's case."""

from dataclasses import dataclass
from typing import Any

from portal.accounts.models import User
from portal.accounts.rules import Role
from tests.factories import providers, quotes
from tests.factories.played import played
from vouchers.matching import actions
from vouchers.matching.models import Need, SourcingCase, SourcingProposal
from vouchers.rounds.models import Round


@dataclass
class Search:
    """The stage of a market whose data the need does not want, the need, its case, somebody of the operator."""

    at: quotes.Stage
    need: Need
    case: SourcingCase
    operator: User


def unmet(owner: quotes.Firm, round_: Round | None, **changes: Any) -> Need:
    """A posted need that no dataset of the factories fits."""
    return quotes.need(owner, round_, **{"modality": ["ECG"], "title": "심전도 없는 심전도", **changes})


@played
def search() -> Search:
    at = quotes.stage()
    need = unmet(at.firm, at.round)
    return Search(at, need, SourcingCase.objects.get(need=need), providers.person(Role.OPERATOR_CASE))


def proposed(on: Search, **more: Any) -> SourcingProposal:
    return actions.propose_data(
        **{
            "case_id": on.case.pk, "institution_id": on.at.hospital.institution.pk, "dataset_id": on.at.offer.dataset_id,
            "reason": "흉부 CT와 함께 찍은 심전도가 있습니다.", "by": on.operator, **more,
        }
    )  # fmt: skip
