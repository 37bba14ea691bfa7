"""Of what an offer and its dataset say, the narrower holds. No database."""

from typing import Any

import pytest

from tests.factories import matching
from vouchers.matching import rules

HOLDER = {"key": "h", "name_ko": "가상병원", "name_en": "Fictional", "institution_type": "HOSPITAL", "voucher_supplier": True}
DATA = {
    "key": "d", "title_ko": "자료", "title_en": "Data", "status": "AVAILABLE", "modality": ["CT"], "disease_scope": "ALL",
    "population": {"individuals": 100_000, "record_unit": "person"}, "access_mode": ["CLOSED_ROOM"], "exits": ["RESULT_EXPORT"],
    "commercial_use_allowed": False, "certainty": "published",
}  # fmt: skip
OFFER = {
    "ref": "o", "title_ko": "상품", "title_en": "Offer", "floor_won": 1_000_000, "lead_time_days": 10, "access_modes": ["TRANSFER"],
    "exits": ["DATA_EXPORT"], "purposes": ["PRODUCT_DEVELOPMENT"], "commercial_ai_allowed": True, "open_capacity": 1,
}  # fmt: skip


def failures(wanted: dict[str, Any], **data: Any) -> set[str]:
    one = rules.candidate({**DATA, **data}, HOLDER, OFFER)
    return {item.filter for item in rules.filters.judge(matching.need(**wanted), one, matching.policy()).failures}


@pytest.mark.parametrize(
    ("wanted", "code", "wide"),
    [
        ({"purpose": "PRODUCT_DEVELOPMENT"}, "PURPOSE", {"commercial_use_allowed": True}),
        ({"access_modes_acceptable": ["TRANSFER"]}, "ACCESS_MODE", {"access_mode": ["TRANSFER", "CLOSED_ROOM"]}),
        ({"exports_wanted": ["DATA_EXPORT"]}, "EXPORT", {"exits": ["DATA_EXPORT", "RESULT_EXPORT"]}),
    ],
)  # fmt: skip
def test_an_offer_wider_than_its_dataset_fits_no_more_than_the_dataset(
    wanted: dict[str, Any], code: str, wide: dict[str, Any]
) -> None:
    assert failures(wanted) == {code}
    (name,) = wide
    assert failures(wanted, **wide) == set()
    assert failures(wanted, **{name: None}) == set()  # nothing said
    for inferred in ("recalled_fields", "derived_fields"):
        assert failures(wanted, **{inferred: [name]}) == set()  # nobody said it: the holder's offer does


def test_of_two_lists_both_hold() -> None:
    one = rules.candidate(
        {**DATA, "access_mode": ["CLOSED_ROOM", "REMOTE_VDI"]}, HOLDER, {**OFFER, "access_modes": ["TRANSFER", "REMOTE_VDI"]}
    )
    assert one.modes == ("REMOTE_VDI",) and one.ways_out == ("RESULT_EXPORT",)
