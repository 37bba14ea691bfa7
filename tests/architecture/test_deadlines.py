"""How long a step of a round may take is data of its policy, never a number in the code (domain.md: the figures marked ⚙)."""

import ast
from pathlib import Path

from vouchers.rounds.rules import STEP_WORDS, TARGET_STEPS

VOUCHERS = Path(__file__).resolve().parents[2] / "vouchers"
OF_A_ROUND = (
    "matching",
    "applications",
    "evaluation",
    "objections",
    "agreements",
    "access",
    "milestones",
    "payments",
    "settlements",
    "outcomes",
)
OF_NO_ROUND = {"payments/actions/payees.py", "agreements/actions/authority.py"}  # an account, and who signs, serve every round


def test_no_duty_of_a_round_is_due_after_a_number_of_days_in_the_code():
    found, asked = [], 0
    for room in OF_A_ROUND:
        for path in (VOUCHERS / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "due_in":
                    asked += 1
                    name = path.relative_to(VOUCHERS).as_posix()
                    if isinstance(node.value, ast.Constant) and name not in OF_NO_ROUND:
                        found.append(f"{name}:{node.lineno}")
    assert asked > 20
    assert not found


def test_every_step_has_a_name_for_the_officer_who_sets_its_days():
    assert set(STEP_WORDS) == set(TARGET_STEPS)
