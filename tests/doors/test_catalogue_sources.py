"""Sources in the browser and in the admin: who keeps them, who sees them, nothing typed is lost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.rules import Role
from providers.catalogue import actions
from providers.catalogue.models import HarvestSource, ImportRun
from tests.factories import providers

pytestmark = pytest.mark.django_db
PAGE = "/providers/sources/"


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider("fictional")


@pytest.fixture
def operator() -> Any:
    return providers.person(Role.OPERATOR_CASE)


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def typed(owner: providers.Provider, **changes: Any) -> dict[str, Any]:
    return {"institution": owner.institution.pk, "name": "병원 목록", "kind": "DOCUMENT", "address": "https://data.hospital.example/dcat.ttl",
            "every_hours": 24, **changes}  # fmt: skip


def source(owner: providers.Provider, n: int = 0) -> HarvestSource:
    address = f"https://data.hospital.example/{n}.ttl"
    return actions.register_source(
        institution=owner.institution, name=f"목록 {n}", kind="DOCUMENT", address=address, every_hours=24, by=None
    )


def test_registered_changed_paused_and_ended(owner, operator) -> None:
    client = browser(operator)
    assert "출처 등록" in text(client.get(PAGE))
    answer = client.post(f"{PAGE}new/", typed(owner))
    one = HarvestSource.objects.get()
    there = f"{PAGE}{one.ref}/"
    assert (answer.status_code, answer["Location"]) == (303, there)
    page = text(client.get(there))
    assert "지금 수집하기" in page and "https://data.hospital.example/dcat.ttl" in page and "출처를 등록함" in page
    edit = client.get(f"{there}edit/")
    assert edit.context["form"].initial["version"] == one.version
    assert client.post(f"{there}edit/", typed(owner, name="새 이름", every_hours=168, version=one.version)).status_code == 303
    stale = client.post(f"{there}edit/", typed(owner, name="낡은 이름", version=one.version))
    assert stale.status_code == 422 and "낡은 이름" in text(stale)
    for verb in ("harvest", "pause", "resume", "retire"):
        assert client.post(f"{there}{verb}/", {"reason": "옮겼습니다"}).status_code == 303
    one.refresh_from_db()
    assert (one.name, one.every_hours, one.state) == ("새 이름", 168, "RETIRED")
    assert ImportRun.objects.get().state == "STOPPED"
    assert client.get(f"{there}edit/").status_code == 404 and "지금 수집하기" not in text(client.get(there))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "http://127.0.0.1/x"}, "address"),
        ({"address": "no address"}, "address"),
        ({"address": "file:///etc/passwd"}, "address"),
        ({"name": ""}, "name"),
        ({"kind": "OAI"}, "kind"),
        ({"every_hours": "0"}, "every_hours"),
        ({"institution": "0"}, "institution"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_nothing_typed_is_lost(owner, operator, changes, field) -> None:
    answer = browser(operator).post(f"{PAGE}new/", typed(owner, **changes))
    assert answer.status_code == 422 and field in answer.context["form"].errors and not HarvestSource.objects.exists()
    assert changes.get("address", "https://data.hospital.example/dcat.ttl") in text(answer)


def test_owner_colleague_stranger_and_anonymous(owner, operator) -> None:
    one = source(owner)
    there = f"{PAGE}{one.ref}/"
    colleague, stranger = providers.person(Role.PROVIDER_MANAGER, owner.organisation), providers.provider("elsewhere")
    for user in (owner.user, colleague):
        page = text(browser(user).get(there))
        assert "목록 0" in page and "지금 수집하기" not in page and "출처 고치기" not in page
        assert "목록 0" in text(browser(user).get(PAGE)) and "출처 등록" not in text(browser(user).get(PAGE))
    assert browser(stranger.user).get(there).status_code == 404 and "목록 0" not in text(browser(stranger.user).get(PAGE))
    for path in (PAGE, there, f"{PAGE}new/", f"{there}edit/"):
        assert Client().get(path).status_code == 302
    for path in (f"{PAGE}new/", f"{there}edit/"):
        assert browser(owner.user).get(path).status_code == 403
    for verb in ("harvest", "pause", "retire"):
        assert browser(owner.user).post(f"{there}{verb}/", {"reason": "x"}).status_code == 403
    one.refresh_from_db()
    assert one.state == "ACTIVE" and not ImportRun.objects.exists()


def test_the_admin_shows_sources_and_runs_and_acts_by_verbs(owner) -> None:
    officer = providers.person(Role.MINISTRY_OFFICER)
    one = source(owner)
    client = browser(officer)
    change = reverse("admin:providers_harvestsource_change", args=[one.pk])
    assert "목록 0" in text(client.get(reverse("admin:providers_harvestsource_changelist")))
    assert "지금 수집하기" in text(client.get(change))
    run = actions.start_harvest(source_id=one.pk, by=officer)
    assert "목록 0" in text(client.get(reverse("admin:providers_importrun_changelist")))
    page = text(client.get(reverse("admin:providers_importrun_change", args=[run.pk])))
    assert f"/providers/imports/{run.ref}/" in page and "가져오기 멈추기" in page
    auditor = browser(providers.person(Role.AUDITOR))
    assert auditor.get(change).status_code == 200 and "지금 수집하기" not in text(auditor.get(change))


def test_a_list_of_one_and_of_thirty_sources_costs_the_same(owner, operator) -> None:
    client = browser(operator)

    def cost() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        return len(asked)

    source(owner)
    first = cost()
    for n in range(1, 30):
        actions.start_harvest(source_id=source(owner, n).pk, by=None)
    assert cost() == first
