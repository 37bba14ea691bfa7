"""A round's market of any size, made up from a seed: needs and offers that look like the real ones. Nothing of it is stored."""

import json
import random
from typing import Any

from django.conf import settings

from vouchers.matching import rules

REFERENCE = settings.BASE_DIR / "seeds" / "reference"
HOSPITALS, REGIONS = 60, ("SEOUL", "GYEONGGI", "BUSAN", "DAEGU", "DAEJEON", "GANGWON", "JEONBUK", "CHUNGNAM")
CAPITAL = ("SEOUL", "GYEONGGI")
CODES = (
    "C16",
    "C18-C20",
    "C22",
    "C34",
    "C50",
    "C61",
    "C73",
    "E10-E14",
    "F00-F03",
    "G40",
    "I20-I25",
    "I48",
    "I60-I69",
    "J44",
    "K70-K77",
    "N18",
)
PARTS = ("chest", "brain", "abdomen", "knee", "breast")
VARIABLES = ("HbA1c", "처방 내역", "blood pressure", "병리 결과", "흡연력", "영상 판독문", "심전도", "length of stay")
PURPOSES = ("PRODUCT_DEVELOPMENT", "EXTERNAL_VALIDATION", "SCIENTIFIC_RESEARCH")
MODES, EXITS = ("TRANSFER", "CLOSED_ROOM", "REMOTE_VDI", "CLOUD"), ("RESULT_EXPORT", "MODEL_EXPORT", "DATA_EXPORT")
PRICES = {"LARGE": 400_000_000, "MEDIUM": 200_000_000, "SMALL": 100_000_000}


def reference(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def policy() -> rules.Policy:
    """A round that only voucher suppliers serve."""
    return rules.Policy(
        words=rules.vocabulary(reference("code_lists")), year=2026, suppliers_only=True, task_prices=PRICES,
        agencies=tuple(rules.holder(one) for one in reference("institutions") if "LINKAGE_AGENCY" in one["roles"]),
    )  # fmt: skip


type Listed = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def offers(count: int, seed: int = 1) -> list[rules.Candidate]:
    return [rules.candidate(*one) for one in listed(count, seed)]


def listed(count: int, seed: int = 1) -> list[Listed]:
    """(dataset, institution, offer) as the reference data and the engine have them: offers of hospitals, each of a dataset like
    one of the published ones; scarce: one to four orders each."""
    chance = random.Random(f"offers {seed}")
    models = [one for one in reference("datasets") if one["status"] == "AVAILABLE" and one["modality"]]
    hospitals = [_hospital(number, chance) for number in range(HOSPITALS)]
    return [_listed(chance.choice(models), chance.choice(hospitals), number, chance) for number in range(count)]


def _hospital(number: int, chance: random.Random) -> dict[str, Any]:
    region = chance.choice(REGIONS)
    return {
        "key": f"hospital-{number:02}", "name_ko": f"{number}번 병원", "name_en": f"Hospital {number}", "institution_type": "HOSPITAL",
        "region": region, "capital_area": region in CAPITAL, "voucher_supplier": True, "roles": [], "status": "ACTIVE",
    }  # fmt: skip


def _listed(model: dict[str, Any], holder: dict[str, Any], number: int, chance: random.Random) -> Listed:
    first = chance.randint(2003, 2020)
    offer = {
        "ref": f"ofr_{number:06}", "title_ko": "공급", "title_en": "Offer", "floor_won": chance.randint(20, 320) * 1_000_000,
        "lead_time_days": chance.choice((None, *range(20, 160, 5))), "access_modes": _some(chance, MODES, 1, 2),
        "exits": _some(chance, EXITS, 1, 3), "purposes": _some(chance, PURPOSES, 0, 3),
        "commercial_ai_allowed": chance.choice((True, True, None, False)),
        "processing": _some(chance, ("EXTRACTION", "PSEUDONYMISATION", "LABELLING"), 1, 3),
        "open_capacity": chance.randint(1, 4), "joint_drb": chance.random() < 0.4,
    }  # fmt: skip
    persons = None if chance.random() < 0.2 else int(10 ** chance.uniform(2.5, 6))
    dataset = {
        **model, "key": f"set-{number:06}", "institution": holder["key"], "holders": [],
        "population": {**(model["population"] or {}), "individuals": persons},
        "temporal_start": str(first), "temporal_end": str(chance.randint(first + 2, 2026)),
        "min_age": chance.choice((None, 0, 18, 20)), "max_age": chance.choice((None, None, 80, 100)),
        "linkage_possible": chance.choice((True, None, False)),
    }  # fmt: skip
    return dataset, holder, offer


def needs(count: int, seed: int = 1) -> list[rules.Need]:
    return [rules.parse_need(one) for one in documents(count, seed)]


def documents(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Need documents of products: what a published dataset could serve, with figures of their own."""
    chance = random.Random(f"needs {seed}")
    models = [one for one in reference("datasets") if one["modality"] and one["status"] == "AVAILABLE"]
    return [_document(chance.choice(models), chance) for _number in range(count)]


def _document(model: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    listed = [code for area in model["disease_areas"] or () for code in area["codes"] if area["system"] == "KCD"]
    first, least = chance.randint(2005, 2019), int(10 ** chance.uniform(1.5, 4))
    may = {
        "disease_codes": {"system": "KCD", "include": _some(chance, listed or CODES, 1, 2)}, "body_parts": _some(chance, PARTS, 1, 1),
        "variables": _some(chance, VARIABLES, 1, 2), "min_age": chance.choice((18, 19, 20, 40)), "max_age": chance.choice((65, 80, 90)),
        "follow_up_months_minimum": chance.choice((12, 24, 36)), "period": [first, chance.randint(first + 1, 2025)],
        "patients_wanted": least * chance.randint(2, 10), "labels": "nodules", "processing_wanted": ["LABELLING"],
        "access_modes_acceptable": _some(chance, MODES, 2, 3), "exports_wanted": _some(chance, EXITS, 1, 2), "linkage": ["hira"],
        "real_patients_required": True,
    }  # fmt: skip
    share = {"linkage": 0.05, "body_parts": 0.1, "follow_up_months_minimum": 0.2, "disease_codes": 0.8, "exports_wanted": 0.3}
    track = chance.choice(("LARGE", "MEDIUM", "SMALL"))
    return {
        "modality": _some(chance, model["modality"], 1, 3), "purpose": chance.choice(PURPOSES), "region": chance.choice(REGIONS),
        "patients_minimum": least, "project_months": chance.randint(5, 9), "track": track,
        "budget_won": None if chance.random() < 0.2 else PRICES[track] * chance.randint(5, 10) // 10,
        **{name: value for name, value in may.items() if chance.random() < share.get(name, 0.4)},
    }  # fmt: skip


def _some(chance: random.Random, of: Any, least: int, most: int) -> tuple[str, ...]:
    return tuple(chance.sample(list(of), min(chance.randint(least, most), len(of))))
