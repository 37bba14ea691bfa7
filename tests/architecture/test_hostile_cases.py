"""The hostile cases of calls, applications and selection, and where each is tried. The table is kept true by the test below it."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
CASES = {
    "another's draft by its address": (
        "doors/applications/test_seeing.py::test_pages_of_a_draft_by_reader",
        "doors/applications/test_seeing.py::test_sections_by_reader_in_both_languages",
        "doors/applications/test_seeing.py::test_posts_by_stranger_and_anonymous",
    ),
    "a changed hidden field": (
        "doors/applications/test_hostile.py::test_a_changed_hidden_field_changes_nothing",
        "doors/applications/test_writing.py::test_a_bad_version_is_a_conflict_not_a_crash",
        "doors/applications/test_writing.py::test_another_companys_match_is_refused",
        "journeys/test_bad_input.py::test_forms",
    ),
    "the deadline at 0.000 s and 0.001 s": (
        "actions/applications/test_deadline.py::test_the_rule",
        "actions/applications/test_deadline.py::test_the_action_and_the_database_at_the_microsecond",
        "actions/applications/test_deadline.py::test_what_arrived_before_and_commits_after_is_received",
        "actions/applications/test_deadline.py::test_a_clock_that_jumps_changes_nothing_for_what_is_here",
        "doors/applications/test_arrival.py::test_the_page_submits_up_to_the_last_microsecond",
        "doors/applications/test_arrival.py::test_a_body_that_comes_late_comes_late",
    ),
    "5,000 words where 500 fit": (
        "doors/applications/test_hostile.py::test_five_thousand_words_are_refused_and_kept_on_the_page",
    ),
    "a 300 MB upload": ("doors/applications/test_hostile.py::test_300_mb_are_refused_by_their_length",),
    "a renamed executable": (
        "rules/test_documents_rules.py::test_inspect_refuses",
        "doors/applications/test_hostile.py::test_a_renamed_executable_and_a_zip_bomb_are_not_stored",
    ),
    "a zip bomb": (
        "rules/test_documents_rules.py::test_inspect_refuses",
        "rules/test_documents_rules.py::test_inspect_refuses_a_lying_size",
        "doors/applications/test_hostile.py::test_a_renamed_executable_and_a_zip_bomb_are_not_stored",
    ),
    "two submits at once": (
        "actions/test_applications_guards.py::test_twenty_submits_at_once_give_one_receipt",
        "actions/test_applications_guards.py::test_two_starts_at_once_give_one_draft",
        "doors/applications/test_handing_in.py::test_submit_gives_a_confirmation_and_the_back_button_finds_it",
    ),
    "an evaluator guessing addresses": (
        "doors/test_evaluation_leaks.py::test_the_direct_address_answers_as_an_unknown_one",
        "doors/test_evaluation_leaks.py::test_its_files_are_closed",
        "doors/test_evaluation_leaks.py::test_the_admin_opens_nothing_to_an_evaluator",
        "doors/test_evaluation_leaks.py::test_no_address_at_all_tells_it",
    ),
    "an officer approving own work": (
        "actions/test_rounds_actions.py::test_announce_refuses_the_author",
        "actions/test_rounds_guards.py::test_four_eyes_window_and_completeness",
        "actions/test_evaluation_selection.py::test_confirm_needs_a_second_person_without_a_conflict",
        "actions/applications/test_deciding.py::test_an_officer_with_a_conflict_does_not_decide",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_case_is_tried_where_the_table_says(case: str) -> None:
    for place in CASES[case]:
        file, _colons, name = place.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, place
