"""Kept searches: whoever keeps one is told once of what was first published since, and of nothing else."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from portal.journal.models import Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from providers.catalogue import actions, queries
from providers.catalogue.models import SavedSearch
from providers.catalogue.tasks import tell_searches
from tests.factories import providers

pytestmark = pytest.mark.django_db


def wish(**asked: str) -> queries.Wish:
    return queries.wish(QueryDict(urlencode(asked)))


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def told() -> list[Notice]:
    return list(Notice.objects.filter(template="search_found").order_by("pk"))


def test_new_datasets_are_told_once_to_whoever_keeps_the_search(owner: providers.Provider) -> None:
    reader, other = providers.person(""), providers.person("")
    providers.dataset(owner, title_ko="이미 있던 폐암 자료")
    kept = actions.save_search(wish=wish(q="폐암", modality="CT"), by=reader)
    actions.save_search(wish=wish(q="심전도"), by=other)
    assert actions.save_search(wish=wish(modality="CT", q=" 폐암 "), by=reader) == kept  # the same, written otherwise
    assert tell_searches() == 0 and not told()
    providers.dataset(owner, title_ko="새 폐암 자료")
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert tell_searches() == 1 and tell_searches() == 0
    long = actions.save_search(wish=wish(q="폐암 " + "흉부" * 15), by=other)
    assert 200 < len(long.query) < 500
    providers.dataset(owner, description_ko="폐암 " + "흉부" * 15)
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert tell_searches() == 2  # of each of the two searches that it fits
    notice, *later = told()
    assert {one.url for one in later if one.user == other} == {"/catalogue/searches/"}
    assert notice.user == reader and "새 폐암 자료" in notice.body and "이미 있던" not in notice.body
    assert "/catalogue/?q=%ED" in notice.url
    actions.forget_search(search_id=kept.pk, by=other)  # another's stays
    assert SavedSearch.objects.filter(pk=kept.pk).exists()
    actions.forget_search(search_id=kept.pk, by=reader)
    actions.forget_search(search_id=long.pk, by=other)
    providers.dataset(owner)
    with clock.at(clock.now() + timedelta(minutes=3)):
        assert tell_searches() == 0


def later(minutes: int) -> int:
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        return tell_searches()


def test_what_is_committed_late_opens_changes_or_comes_back_is_told(owner: providers.Provider) -> None:
    reader = providers.person("")
    planned = providers.own_dataset(owner, published=True, key="next-release", status="PLANNED", planned_for="2028")
    other = providers.own_dataset(owner, published=True, key="no-ct", modality=["MRI"])
    kept = actions.save_search(wish=wish(q="폐암", modality="CT"), by=reader)
    assert later(1) == 0
    providers.dataset(owner, key="late")  # its time lies before the moment up to which was told, its commit behind it
    assert later(2) == 1 and later(3) == 0
    changes = ((planned, {"status": "AVAILABLE", "planned_for": ""}), (other, {"modality": ["MRI", "CT"]}))
    for minute, (entry, values) in enumerate(changes, start=4):
        actions.edit(dataset_id=entry.pk, version=0, values=values, by=owner.user)
        providers.publish_dataset(entry, owner)
        assert later(minute) == 1, entry.key
    actions.pause(dataset_id=other.pk, by=owner.user)
    assert later(6) == 0
    actions.resume(dataset_id=other.pk, by=owner.user)
    assert later(7) == 1 and later(8) == 0
    SavedSearch.objects.filter(pk=kept.pk).update(known=None)  # one of before: what fits now is no news
    providers.dataset(owner)
    assert later(9) == 0 and len(SavedSearch.objects.get(pk=kept.pk).known or []) == 4


def test_what_cannot_be_kept(owner: providers.Provider) -> None:
    reader = providers.person("")
    for asked, code in (({}, "nothing_asked"), ({"sort": "title"}, "nothing_asked"), ({"q": "가" * 100}, "too_long")):
        with pytest.raises(Refused) as error:
            actions.save_search(wish=wish(**asked), by=reader)
        assert error.value.code == code
    for number in range(20):
        actions.save_search(wish=wish(q=f"word{number}"), by=reader)
    with pytest.raises(Refused) as error:
        actions.save_search(wish=wish(q="one more"), by=reader)
    assert error.value.code == "too_many" and SavedSearch.objects.count() == 20
    with pytest.raises(NotAllowed):
        actions.save_search(wish=wish(q="x"), by=None)


def test_by_the_pages(owner: providers.Provider, client: Client) -> None:
    assert "로그인하고 이 검색을 저장" in client.get("/catalogue/?q=폐암").content.decode()
    assert client.post("/catalogue/searches/", {"query": "q=x"}).status_code == 401  # what was asked comes back
    reader = providers.person("")
    client.force_login(reader)
    text = client.get("/catalogue/?q=폐암&modality=CT&page=1&sort=title").content.decode()
    assert 'name="query" value="q=%ED%8F%90%EC%95%94&amp;modality=CT"' in text
    assert client.post("/catalogue/searches/", {"query": "q=폐암&modality=CT"}).status_code in (302, 303)
    page = client.get("/catalogue/searches/").content.decode()
    assert "폐암 · 전산화단층촬영" in page
    search = SavedSearch.objects.get(user=reader)
    assert client.get(f"/catalogue/searches/{search.pk}/remove/").status_code == 302
    client.post(f"/catalogue/searches/{search.pk}/remove/")
    assert (
        "저장한 검색이 없습니다." in client.get("/en/../catalogue/searches/").content.decode() or not SavedSearch.objects.exists()
    )
