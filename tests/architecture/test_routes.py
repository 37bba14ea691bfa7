"""A URL that nobody decided about fails: every view of ours says who may open it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories.accounts import make_person

THIRD_PARTY = ("allauth.", "django.contrib.admin", "unfold.", "drf_spectacular.")


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def _module(view: Any) -> str:
    return getattr(getattr(view, "view_class", None) or getattr(view, "cls", None) or view, "__module__", "")


def _access(view: Any) -> str | None:
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        if getattr(holder, "access", None):
            return str(holder.access)
    return None


def test_every_route_says_who_may_open_it() -> None:
    undecided = []
    for path, view in routes():
        module = _module(view)
        if module.startswith(THIRD_PARTY) or "admin/" in path:
            continue
        if _access(view) is None:
            undecided.append(f"{path} ({module})")
    assert not undecided, "\n".join(undecided)


def test_the_admin_is_closed_to_everybody_else(client) -> None:
    """The admin's own views are wrapped by admin_view: no session, no page."""
    response = client.get("/admin/")
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"] or "/admin/login/" in response["Location"]


def test_no_route_serves_uploaded_files_directly() -> None:
    from django.conf import settings

    assert not settings.MEDIA_URL or settings.MEDIA_URL == "/"
    assert not [path for path, _view in routes() if "media" in path or "uploads" in path]


@pytest.mark.django_db
def test_no_address_of_ours_is_a_dead_end(client, monkeypatch) -> None:
    """The address of a verb, opened or reloaded like a page, leads to a page; in both languages."""
    person = make_person()
    monkeypatch.setattr(type(person), "has_perm", lambda *_args: True)
    client.force_login(person)
    ours = [
        path for path, view in routes() if not _module(view).startswith(THIRD_PARTY) and not path.startswith(("api/", "admin"))
    ]
    verbs = 0
    for path in ours:
        address = "/" + re.sub(r"<(\w+:)?\w+>", lambda found: "1" if found[1] == "int:" else "x", path)
        for there in (address, f"/en{address}"):
            answer = client.get(there)
            assert answer.status_code != 405, there
            verbs += answer.status_code == 302 and there.startswith(answer["Location"]) and len(answer["Location"]) > 4
    assert verbs > 50


@pytest.mark.django_db
def test_another_method_is_refused_on_a_page_of_ours(client) -> None:
    korean, english = client.put("/privacy/"), client.put("/en/privacy/")
    for answer, words in ((korean, "이 주소는 이렇게 열 수 없습니다"), (english, "This address cannot be used like that")):
        assert (answer.status_code, answer["Allow"]) == (405, "GET")
        assert words in answer.content.decode()
