"""The role that runs the portal may not change some tables; PostgreSQL then refuses a lock on their rows as well.

Most tests run as the owner, who may; so every lock, update and deletion in the code is compared with the rights of that role.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tests import services

ROOT = Path(services.ROOT)
NEEDS = {
    "select_for_update": "UPDATE",
    "update": "UPDATE",
    "bulk_update": "UPDATE",
    "update_or_create": "UPDATE",
    "delete": "DELETE",
}


def chain(node: ast.AST) -> Iterator[ast.AST]:
    """`A.objects.filter(…).select_for_update(…)` from its end to its beginning."""
    while True:
        yield node
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        else:
            return


def words(call: ast.Call) -> list[str]:
    """The relations that select_related or of= name: `agreement__company` is both."""
    given = [
        *call.args,
        *(e for k in call.keywords if k.arg == "of" and isinstance(k.value, ast.Tuple | ast.List) for e in k.value.elts),
    ]
    return [
        part for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str) for part in arg.value.split("__")
    ]


def touched(source: str) -> Iterator[tuple[int, str, set[str]]]:
    """(line, right, names of models, accessors and relations whose rows it locks or changes) of every such call."""
    tree = ast.parse(source)
    inner = {
        id(node.func.value) for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    for whole in ast.walk(tree):
        if not isinstance(whole, ast.Call) or id(whole) in inner:
            continue  # an inner part of a chain is seen with its end
        links = list(chain(whole))
        calls = {n.func.attr: n for n in links if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
        names = [n.attr if isinstance(n, ast.Attribute) else n.id for n in links if isinstance(n, ast.Attribute | ast.Name)]
        of = any(k.arg == "of" for k in calls["select_for_update"].keywords) if "select_for_update" in calls else False
        joined = {
            w for name in ("select_for_update", *(() if of else ("select_related",))) if name in calls for w in words(calls[name])
        }
        for name in calls.keys() & NEEDS.keys():
            if name == "delete" and "file" in names:
                continue  # the file of a row, not the row
            rows = set(names) if not of or "self" in joined or name != "select_for_update" else set()
            yield whole.lineno, NEEDS[name], rows | (joined - {"self"} if name == "select_for_update" else set())


def names_of(tables: set[str]) -> set[str]:
    """How code speaks of rows of these tables: the models, and the relations that lead to them."""
    found = {model.__name__ for model in apps.get_models() if model._meta.db_table in tables}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.related_model and field.related_model._meta.db_table in tables:
                found.add(field.get_accessor_name() if field.auto_created and not field.concrete else field.name)
    return found - {None, "+"}


@pytest.fixture
def kept(own_database) -> dict[str, set[str]]:
    """right → names of what the running role has no such right on."""
    with services.running_role(own_database) as there:
        tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
        lacking = {
            right: {t for t in tables if there.execute("SELECT has_table_privilege(%s, %s)", (t, right)).fetchone() == (False,)}
            for right in ("UPDATE", "DELETE")
        }
    assert {"vouchers_ledgerevent", "vouchers_entry", "journal_event"} <= lacking["UPDATE"]
    return {right: names_of(found) for right, found in lacking.items()}


def test_no_code_locks_or_changes_rows_that_the_running_role_may_not_change(kept):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {sorted(names & kept[right])} need {right}"
        for app in ("portal", "providers", "vouchers")
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
        for line, right, names in touched(path.read_text())
        if names & kept[right]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("code", "right", "found"), [
    ("LedgerEvent.objects.select_for_update().get(pk=1)", "UPDATE", "LedgerEvent"),
    ("event.entries.filter(x=1).select_for_update()", "UPDATE", "entries"),
    ("Account.objects.select_related('event__by').select_for_update()", "UPDATE", "event"),
    ("Account.objects.select_for_update(of=('self', 'event')).select_related('event')", "UPDATE", "event"),
    ("LedgerEvent.objects.filter(pk=1).update(x=1)", "UPDATE", "LedgerEvent"),
    ("Notice.objects.all().delete()", "DELETE", "Notice"),
])  # fmt: skip
def test_the_reading_finds_what_takes_a_lock(code, right, found):
    assert any(right == need and found in names for _line, need, names in touched(code))


def test_the_reading_passes_a_lock_on_the_row_alone():
    (one,) = touched("Account.objects.select_for_update(of=('self',)).select_related('event').get(pk=1)")
    assert "event" not in one[2]
