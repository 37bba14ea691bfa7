"""The role that runs the portal may not change some tables; PostgreSQL then refuses a lock on their rows as well.

Most tests run as the owner, who may; so every lock, update and deletion in the code is compared with the rights of that role.
"""

import ast
import re
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


def names_of(tables: set[str], app: str) -> set[str]:
    """How the code of an app speaks of rows of these tables: the models, and the relations that lead to them. Providers know no
    table of vouchers (the import contract says so)."""
    known = [model for model in apps.get_models() if app != "providers" or model._meta.app_label != "vouchers"]
    found = {model.__name__ for model in known if model._meta.db_table in tables}
    tables = tables & {model._meta.db_table for model in known}
    for model in known:
        for field in model._meta.get_fields():
            if field.is_relation and field.related_model and field.related_model._meta.db_table in tables:
                found.add(field.get_accessor_name() if field.auto_created and not field.concrete else field.name)
    return found - {None, "+"}


@pytest.fixture
def kept(own_database) -> dict[str, set[str]]:
    """right → tables on which the running role has no such right."""
    with services.running_role(own_database) as there:
        tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
        lacking = {
            right: {t for t in tables if there.execute("SELECT has_table_privilege(%s, %s)", (t, right)).fetchone() == (False,)}
            for right in ("UPDATE", "DELETE")
        }
    assert {"vouchers_ledgerevent", "vouchers_entry", "journal_event"} <= lacking["UPDATE"]
    return lacking


def test_no_code_locks_or_changes_rows_that_the_running_role_may_not_change(kept):
    names_by = {
        app: {right: names_of(found, app) for right, found in kept.items()} for app in ("portal", "providers", "vouchers")
    }
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {sorted(names & names_by[app][right])} need {right}"
        for app in names_by
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
        for line, right, names in touched(path.read_text())
        if names & names_by[app][right]
    ]
    assert not wrong, "\n".join(wrong)


REFUSES = re.compile(  # a trigger's function whose first word about such a statement is no, whatever the row says
    r"BEGIN (?:RAISE EXCEPTION|IF TG_OP (?:= '(?P<only>DELETE)' (?:THEN RAISE|OR )|<> '(?P<but>UPDATE|INSERT)' THEN RAISE))"
)
GUARDS = """
SELECT c.relname, (t.tgtype & 16) > 0, (t.tgtype & 8) > 0, p.prosrc, has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND (t.tgtype & 2) > 0 AND (t.tgtype & 1) > 0
  AND t.tgqual IS NULL AND t.tgattr = ''  -- for every row, whatever changes
"""


def refused(body: str, on_update: bool, on_delete: bool) -> set[str]:
    """What a row trigger refuses for every row: UPDATE, DELETE, both or nothing."""
    found = REFUSES.search(" ".join(body.split()))
    if found is None:
        return set()
    said = {"DELETE"} if found["only"] or found["but"] == "UPDATE" else {"UPDATE", "DELETE"}
    return said & ({"UPDATE"} if on_update else set()) | said & ({"DELETE"} if on_delete else set())


def test_what_a_trigger_refuses_for_every_row_is_out_of_the_running_role_s_reach(own_database):
    with services.running_role(own_database) as there:
        guards = there.execute(GUARDS).fetchall()
    asked = [(table, right, held[right]) for table, on_update, on_delete, body, may_update, may_delete in guards
             for held in ({"UPDATE": may_update, "DELETE": may_delete},) for right in refused(body, on_update, on_delete)]  # fmt: skip
    assert len(asked) > 50 and ("vouchers_quote", "UPDATE", False) in asked
    assert sorted({(table, right) for table, right, may in asked if may}) == []


@pytest.mark.parametrize(("body", "found"), [
    ("BEGIN RAISE EXCEPTION 'kept'; END", {"UPDATE", "DELETE"}),
    ("DECLARE x int;\nBEGIN\n IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'never deleted'; END IF; RETURN NEW; END", {"DELETE"}),
    ("BEGIN IF TG_OP <> 'UPDATE' THEN RAISE EXCEPTION 'never deleted'; END IF; RETURN NEW; END", {"DELETE"}),
    ("BEGIN IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION 'kept'; END IF; RETURN NEW; END", {"UPDATE", "DELETE"}),
    ("BEGIN IF OLD.status <> 'DRAFT' THEN RAISE EXCEPTION 'announced'; END IF; RETURN OLD; END", set()),
])  # fmt: skip
def test_the_reading_tells_what_is_always_refused(body, found):
    assert refused(body, True, True) == found and refused(body, False, True) == found & {"DELETE"}


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


def test_of_an_agreed_line_the_running_role_changes_the_amount_alone(own_database):
    """A change of an agreement writes it; which amount, the trigger says."""
    with services.running_role(own_database) as there:
        columns = [field.column for field in apps.get_model("vouchers", "AgreementLine")._meta.concrete_fields]
        asked = "SELECT has_column_privilege('vouchers_agreementline', %s, 'UPDATE')"
        assert [name for name in columns if there.execute(asked, (name,)).fetchone() == (True,)] == ["amount_won"]
