"""The profiles, the comparison of versions, what follows by rule, and a spreadsheet cell by cell. No database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.kit.errors import Refused
from providers.catalogue import rules
from tests.factories.providers import entry

KNOWN: dict[str, list[str]] = {}


def content(**changes: Any) -> dict[str, Any]:
    nothing = {field.name: rules.nothing(field.kind) for field in rules.FIELDS}
    own = {"key": "k", "institution": "hospital", "origin": "HOLDER", "variables": []}
    return {**nothing, **entry(), **own, **changes}


@pytest.mark.parametrize("profile", list(rules.Profile))
def test_every_mandatory_and_recommended_property_is_known_and_answered_somewhere(profile: rules.Profile) -> None:
    """A property whose fields no form asks could never be answered."""
    asked = {field.name for field in rules.FIELDS if field.asked} | {"key", "institution", "variables"}
    for name in (*rules.MANDATORY[profile], *rules.RECOMMENDED[profile], *rules.PORTAL):
        for group in rules.PROPERTIES[name].fields:
            assert set(group) <= asked, (profile, name)
    assert not set(rules.MANDATORY[profile]) & set(rules.RECOMMENDED[profile])


def test_the_non_public_profile_asks_what_release_8_asks() -> None:
    """domain.md §3.2: the mandatory column of NON-PUBLIC, one by one."""
    for changes, gap in (
        ({"theme": []}, "theme"), ({"distributions": []}, "distribution"), ({"applicable_legislation": []}, "applicable_legislation"),
        ({"health_category": []}, "health_category"), ({"structured": None}, "structured"), ({"access_body": ""}, "access_body"),
        ({"structured": True}, "variables"), ({"contact_name_ko": ""}, "contact"), ({"contact_email": ""}, "contact"),
        ({"keywords_en": []}, "keyword"), ({"provenance_en": ""}, "provenance"), ({"dataset_type": ""}, "dataset_type"),
        ({"title_en": ""}, "title"), ({"description_ko": ""}, "description"), ({"access_rights": ""}, "access_rights"),
    ):  # fmt: skip
        found = rules.completeness(content(**changes), rules.Profile.NON_PUBLIC)
        assert [one.name for one in found.required] == [gap], changes
        with pytest.raises(Refused):
            rules.check_publishable(content(**changes), rules.Profile.NON_PUBLIC, "HOLDER", KNOWN)
    rules.check_publishable(content(), rules.Profile.NON_PUBLIC, "HOLDER", KNOWN)
    assert rules.completeness(content(structured=False), rules.Profile.NON_PUBLIC).required == ()


def test_the_restricted_and_korean_profiles_differ_as_the_source_says() -> None:
    bare = content(contact_name_ko="", keywords_ko=[], provenance_ko="", dataset_type="")
    assert rules.completeness(bare, rules.Profile.RESTRICTED).required == ()
    korean = rules.completeness(content(), rules.Profile.KR)
    assert [one.name for one in korean.required] == ["other_identifiers"]
    assert (
        rules.completeness(content(access_body="", structured=None, other_identifiers=["A-1"]), rules.Profile.KR).required == ()
    )


def test_false_and_zero_are_answers() -> None:
    before = rules.completeness(content(structured=False, records=None), rules.Profile.RESTRICTED)
    after = rules.completeness(content(structured=False, records=0), rules.Profile.RESTRICTED)
    assert after.answered == before.answered + 1 and before.percent < after.percent <= 100


@pytest.mark.parametrize(
    ("rights", "origin", "allowed"),
    [
        ("NON_PUBLIC", "HOLDER", ["NON_PUBLIC", "KR"]),
        ("RESTRICTED", "HOLDER", ["RESTRICTED", "KR"]),
        ("PUBLIC", "HOLDER", ["DCAT_AP", "KR"]),
        ("NON_PUBLIC", "SOURCE", ["DCAT_AP", "NON_PUBLIC", "KR"]),
    ],
)
def test_the_access_rights_decide_which_profiles_may_be_chosen(rights: str, origin: str, allowed: list[str]) -> None:
    assert [str(one) for one in rules.profiles_for(rights, origin)] == allowed


def test_a_version_has_one_text_and_one_hash_whatever_the_order() -> None:
    one = content()
    assert rules.sha256(one) == rules.sha256(dict(reversed(list(one.items())))) != rules.sha256(content(individuals=1))


def test_changes_are_named_by_field_and_an_unknown_field_counts_as_empty() -> None:
    old, new = content(), content(modality=["MRI"], individuals=None, profile="KR", variables=[{"name": "a"}])
    assert [change.field for change in rules.changes(old, new)] == ["profile", "modality", "individuals", "variables"]
    del old["quality_ko"]
    assert rules.changes(old, content()) == []


def test_what_follows_by_rule_never_overwrites_and_never_guesses() -> None:
    record = {"institution": "h", "holders": ["a", "b"], "legal_basis": ["PIPA_28_2", "CONSENT"], "modality": ["CT"],
              "disease_scope": "ALL", "landing_page": "h.example", "theme": ["SOCI"],
              "disease_areas": [{"system": "KCD", "version": "8", "codes": ["C34"], "label_ko": "폐암", "label_en": "Lung cancer"}]}  # fmt: skip
    found = rules.derived(record, {"CT": ("씨티", "CT")})
    assert found["applicable_legislation"] == ["PIPA"] and found["coding_systems"] == [{"system": "KCD", "version": "8"}]
    assert found["distributions"][0]["access_url"] == "https://h.example" and found["keywords_ko"] == ["폐암", "씨티"]
    assert not {"theme", "custodian", "health_theme", "contact_email", "access_body", "structured"} & set(found)
    assert rules.derived({**record, "disease_scope": "LISTED"}, {})["health_theme"] == ["CANCER_DISEASE"]


def test_an_entry_is_stale_after_the_time_of_its_frequency() -> None:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    assert not rules.is_stale(then, then + timedelta(days=119), 120) and rules.is_stale(then, then + timedelta(days=120), 120)
    assert not rules.is_stale(then, then + timedelta(days=364), None) and rules.is_stale(then, then + timedelta(days=365), None)


def test_a_table_is_read_whole() -> None:
    rows = [["Datatype", "name", "required"], ["정수", "age", 1.0], [None, None], ["date", "visit.date", None]]
    found, errors = rules.read_table(rows)
    assert not errors and [(one.name, one.datatype, one.required) for one in found] == [
        ("age", "integer", True), ("visit.date", "date", False),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+SUM(A1)", "-cmd|' /C calc'!A0", "+ (1)"])
def test_formulas_are_refused_in_every_column(text: str) -> None:
    for place in range(len(rules.COLUMNS)):
        row = ["age", "나이", "Age", "integer", "", "", "", "", ""]
        row[place] = text
        found, errors = rules.read_table([list(rules.COLUMNS), row])
        assert not found and errors and errors[0].cell == f"{'ABCDEFGHI'[place]}2"


@pytest.mark.parametrize("text", ["-9: missing", "-1.5", "+82", "0-120", "a=b"])
def test_values_that_only_look_like_formulas_are_taken(text: str) -> None:
    found, errors = rules.read_table([["name", "datatype", "values"], ["age", "integer", text]])
    assert not errors and found[0].values == text


def test_every_error_has_its_cell_and_one_error_takes_nothing_over() -> None:
    head = ["name", "datatype", "required"]
    found, errors = rules.read_table(
        [head, ["ok", "integer", "yes"], ["1bad", "integer", "maybe"], ["ok", "x", ""], ["c", "date", "", "y"]]
    )
    assert found == [] and [error.cell for error in errors] == ["A3", "C3", "B4", "A4", "D5"]
