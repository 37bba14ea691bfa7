"""The house's contract: imports, one writer, no request below a door, pure rules, no reverse arrows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("portal", "vouchers", "providers")
DOORS = {"views", "admin", "api", "tasks", "urls", "demo_urls", "middleware", "adapter", "forms", "apps", "context",
         "admin_home", "admin_site", "responses", "templatetags", "htmx", "access", "styles", "admin_verbs"}  # fmt: skip
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# who may write beside actions, and why
WRITERS = {
    "portal/kit/models.py": "Row.save itself",
    "portal/accounts/models.py": "the manager that allauth calls",
    "portal/journal/mailbox.py": "the demo's own mailbox is another machine",
    "portal/kit/api.py": "hash objects",
    "portal/kit/bank.py": "the demo's own bank is another machine",
}


def modules() -> list[Path]:
    return [
        file
        for app in APPS
        for file in (ROOT / app).rglob("*.py")
        if "migrations" not in file.parts and "node_modules" not in file.parts
    ]


def test_import_contract() -> None:
    """import-linter, as in pyproject.toml."""
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-4000:]


def _is_orm_write(node: ast.Call) -> bool:
    if ast.unparse(node.func) in {"prepared.insert", "prepared.run"}:
        return True
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in WRITES:
        return False
    target = ast.unparse(node.func.value)
    harmless = ("hashlib", "sha256", "digest", "request.session", "session", "cache", "context", "data", "self.fields",
                "digester", "attrs", "headers", "params", "counts", "kwargs", "extra", "found_words", "hasher", "css",
                "seen", "found", "__dict__", "_started", "settings", "namespace", "merged", "answers", "self.stdout", "vars()", "os.environ", "environ")  # fmt: skip
    if target.split(".")[-1] == "cache":
        return False
    return not (node.func.attr in {"update", "create"} and target.split(".")[-1].split("[")[0] in harmless) and not (
        node.func.attr == "update" and (target in harmless or target.startswith(("dict", "self.attrs", "widget"))
        or target.endswith((".attrs", "hash", "_hash")))
    )  # fmt: skip


def test_one_writer() -> None:
    """.save/.create/.update/.delete/bulk_* stand under actions only (set-up data in admin uses Django's save_model)."""
    found = []
    for file in modules():
        name = str(file.relative_to(ROOT))
        if name in WRITERS or "actions" in file.stem or "actions" in file.parts or "management" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_orm_write(node):
                owner = ast.unparse(node.func)
                if owner.startswith("super().save") or owner == "super().delete":
                    continue
                found.append(f"{name}:{node.lineno} {owner}")
    assert not found, "\n".join(found)


def test_no_request_below_a_door() -> None:
    """Actions, queries, rules, models, notices and gateways never see an HTTP request: neither its type nor a `request`."""
    inside, doors = {"actions", "queries", "rules", "models", "notices", "gateways"}, {"views", "admin"}
    found = []
    for file in modules():
        pieces = {file.stem, *file.relative_to(ROOT).parts}
        if not pieces & inside or pieces & doors:
            continue
        found += [
            f"{file.relative_to(ROOT)}:{line} {what}" for line, what in _requests(ast.parse(file.read_text(encoding="utf-8")))
        ]
    assert not found, "\n".join(found)


def _requests(tree: ast.AST) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.http"):
            if not {alias.name for alias in node.names} <= {"QueryDict"}:
                found.append((node.lineno, "imports django.http"))
        elif isinstance(node, ast.arg) and node.arg == "request" and _may_be_http(node.annotation):
            found.append((node.lineno, "takes a request"))
    return found


def _may_be_http(annotation: ast.expr | None) -> bool:
    """A quote request and an access request are rows and say so; whatever says less could be the browser's."""
    words = ast.unparse(annotation) if annotation else "Any"
    return words in {"Any", "object"} or "Http" in words or "WSGI" in words


def test_the_time_of_arrival_is_taken_once_at_the_door() -> None:
    """Only the first middleware writes it, and whoever passes it on passes that one (docs/adr/0009)."""
    from django.conf import settings

    assert settings.MIDDLEWARE[0] == "portal.kit.middleware.arrival"
    found = []
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "arrived_at":
                found.append((file.name, ast.unparse(node.value)))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".arrived_at"):
                found.append((file.name, "writes"))
    assert sorted(found) == [("handing_in.py", "request.arrived_at"), ("middleware.py", "writes")]


def test_a_planted_request_is_found() -> None:
    assert _requests(ast.parse("from django.http import HttpRequest\ndef submit(*, request: HttpRequest): ..."))
    assert _requests(ast.parse("def submit(*, request): ..."))
    assert not _requests(ast.parse("from django.http import QueryDict\ndef send(*, request: QuoteRequest): ..."))


def test_rules_do_not_touch_the_database() -> None:
    """rules import no django.db: they would be true on paper."""
    found = []
    for file in modules():
        if "rules" not in file.parts and file.stem != "rules":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            found += [f"{file.relative_to(ROOT)}:{node.lineno} {n}" for n in names if n.startswith("django.db")]
    assert not found, "\n".join(found)


def test_nothing_asks_the_machine_for_the_time() -> None:
    """Only kit.clock (and the launchers below it) may ask; rules and deadlines get the moment as a parameter."""
    allowed = {"portal/kit/clock.py", "portal/kit/bank.py", "portal/kit/stamps.py"}
    found = []
    for file in modules():
        name = str(file.relative_to(ROOT))
        if name in allowed or "embedded" in name or "management" in name:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "timezone.now", "datetime.now", "date.today", "datetime.today", "datetime.utcnow",
            }:  # fmt: skip
                found.append(f"{name}:{node.lineno}")
    assert not found, "\n".join(found)


def test_no_task_is_sent_from_an_action() -> None:
    """No .delay() below a door: rows before messages."""
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in modules()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"delay", "apply_async", "delay_on_commit"}
        and not {file.stem, *file.parts} & {"views", "admin", "api", "tasks"}
    ]
    assert not found, "\n".join(found)


def test_foreign_keys_between_rooms_have_no_way_back() -> None:
    """related_name="+" wherever a key crosses a room, so that no reverse lookup hides an arrow."""
    from django.apps import apps

    def room(model: type) -> str:
        return ".".join(model.__module__.split(".")[:2])

    found = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in APPS:
            continue
        for field in model._meta.get_fields():
            if getattr(field, "many_to_one", False) or (getattr(field, "one_to_one", False) and field.concrete):
                target = field.related_model
                if room(model) != room(target) and not field.remote_field.hidden:
                    found.append(f"{model.__name__}.{field.name} → {target.__name__}")
    allowed = {"Membership.user → User", "RoleGrant.user → User"}
    assert not set(found) - allowed, "\n".join(found)


def test_modules_stay_small() -> None:
    """Past 450 lines a module becomes a folder."""
    large = [
        f"{file.relative_to(ROOT)}: {n}" for file in modules() if (n := len(file.read_text(encoding="utf-8").splitlines())) > 450
    ]
    assert not large, "\n".join(large)


def test_permissions_of_the_role_table_exist() -> None:
    """A permission that no model declares would never be asked for."""
    from django.apps import apps

    from portal.desk.roles import ROLE_PERMISSIONS

    known = {"desk.move_clock", "accounts.grant_role", "accounts.manage_members"}
    for model in apps.get_models():
        known |= {f"{model._meta.app_label}.{code}" for code, _words in model._meta.permissions}
    unknown = {perm for perms in ROLE_PERMISSIONS.values() for perm in perms} - known
    assert not unknown


@pytest.mark.parametrize("name", ["README.md", "pyproject.toml", "Makefile", "requirements.lock", ".ci/run"])
def test_the_house_has_its_papers(name: str) -> None:
    assert (ROOT / name).exists()


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[tool.ruff]")]
    for line in block.splitlines():
        if line.strip().startswith('"'):
            assert "#" in line, line


def test_every_duty_has_its_name_in_both_languages() -> None:
    """A queue of an officer is called by it; without one the verb itself would be read, in no language."""
    from portal.desk.duty_words import WORDS

    opened = {
        call.args[1].value
        for file in modules()
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", "")) == "open_duty"
        and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
    }
    assert len(opened) > 40 and not opened - set(WORDS), opened - set(WORDS)
