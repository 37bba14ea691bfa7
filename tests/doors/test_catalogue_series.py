"""An institution's series with planned releases, written in the browser; who asked to be told hears when one opens."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.accounts.rules import Role
from portal.journal.models import Event, Notice
from portal.kit.errors import NotAllowed, Refused, Stale
from providers.catalogue import actions
from providers.catalogue.models import Dataset, DatasetSeries
from providers.institutions.models import Institution
from tests.doors import as_
from tests.factories import providers

pytestmark = pytest.mark.django_db
NEW = "/providers/series/new/"


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def filled(*releases: str, **changes: str) -> dict[str, str]:
    places = {f"release_{n}": key for n, key in enumerate(releases, start=1)}
    return {
        "title_ko": "바이오 빅데이터",
        "title_en": "Bio big data",
        "description_ko": "2028년까지 77만 명",
        "description_en": "",
        **places,
        **changes,
    }


def test_a_series_is_made_ordered_and_followed(owner: providers.Provider) -> None:
    first = providers.own_dataset(owner, published=True, key="release-one")
    second = providers.own_dataset(owner, published=True, key="release-two", status="PLANNED", planned_for="2028")
    client = as_(owner.user)
    assert "2028" in client.get(NEW).content.decode()
    answer = client.post(NEW, filled("release-two", "release-one", key="bio-data"))
    assert answer.status_code == 303
    series = DatasetSeries.objects.get()
    assert (series.key, series.institution, series.description_en) == ("bio-data", owner.institution, "2028년까지 77만 명")
    assert list(Dataset.objects.order_by("series_place").values_list("key", flat=True)) == ["release-two", "release-one"]
    public = Client().get("/catalogue/series/bio-data/").content.decode()
    assert public.index(f"/catalogue/{second.key}/") < public.index(f"/catalogue/{first.key}/")
    follower = providers.person("")
    actions.subscribe(series=series, by=follower)
    edit = f"/providers/series/{series.key}/edit/"
    assert 'value="release-one" selected' in client.get(edit).content.decode()
    assert client.post(edit, filled("release-two", version=str(series.version))).status_code == 303
    first.refresh_from_db()
    assert first.series is None and Dataset.objects.get(key="release-two").series == series
    providers_open = actions.edit(
        dataset_id=second.pk, version=0, values={"status": "AVAILABLE", "planned_for": ""}, by=owner.user
    )
    assert providers_open.version == 1
    providers.publish_dataset(second, owner)
    assert Notice.objects.filter(template="release_opened", user=follower).count() == 1
    assert "바이오 빅데이터" in client.get("/providers/").content.decode()
    assert [event.name for event in Event.objects.filter(subject_ref=series.ref).order_by("seq")] == [
        "series.registered",
        "series.revised",
    ]


@pytest.mark.parametrize(("changes", "field"), [
    ({"title_ko": ""}, "title_ko"), ({"description_ko": ""}, "description_ko"), ({"key": "Bad Key"}, "key"), ({"release_1": "nobody"}, "release_1"),
    ({"title_ko": "가" * 201}, "title_ko"),
])  # fmt: skip
def test_bad_input_is_answered_beside_its_field(owner: providers.Provider, changes: dict[str, str], field: str) -> None:
    answer = as_(owner.user).post(NEW, filled(**changes))
    assert (
        answer.status_code == 422 and f"id_{field}_error" in answer.content.decode() and "Bio big data" in answer.content.decode()
    )
    assert not DatasetSeries.objects.exists()


def test_a_series_takes_its_own_institutions_datasets_once(owner: providers.Provider) -> None:
    mine, foreign = providers.own_dataset(owner, key="mine"), providers.own_dataset(providers.provider(), key="foreign")
    values = {"title_ko": "연속", "title_en": "", "description_ko": "설명", "description_en": ""}
    for releases in (["foreign"], ["mine", "mine"], ["gone"]):
        with pytest.raises(Refused):
            actions.save_series(institution=owner.institution, values=values, releases=releases, by=owner.user)
    made = actions.save_series(institution=owner.institution, values=values, releases=["mine"], by=owner.user)
    with pytest.raises(Refused) as other:
        actions.save_series(institution=owner.institution, values=values, releases=["mine"], by=owner.user)
    assert other.value.code == "other_series"
    with pytest.raises(Refused):
        actions.save_series(institution=owner.institution, values=values, releases=[], by=owner.user, key=made.key)
    with pytest.raises(Stale):
        actions.save_series(institution=owner.institution, values=values, releases=[], by=owner.user, key=made.key, version=0)
    assert foreign.series is None and mine.series is None
    twice = as_(owner.user).post(f"/providers/series/{made.key}/edit/", filled("mine", "mine", version=str(made.version)))
    assert twice.status_code == 422 and "두 번" in twice.content.decode()


def test_a_new_seed_leaves_what_the_institution_has_taken_over(owner: providers.Provider) -> None:
    providers.own_dataset(owner, published=True, key="mine")
    record = {
        "key": "seeded",
        "institution": owner.institution.key,
        "title_ko": "시드",
        "title_en": "Seed",
        "description_ko": "가",
        "description_en": "a",
        "releases": ["mine"],
    }
    series = actions.register_series(record=record)
    values = {"title_ko": "우리 것", "title_en": "Ours", "description_ko": "나", "description_en": "b"}
    actions.save_series(
        institution=owner.institution, values=values, releases=[], by=owner.user, key="seeded", version=series.version
    )
    assert actions.register_series(record=record).title_ko == "우리 것" and Dataset.objects.get(key="mine").series is None


def test_series_are_for_their_own_institution(owner: providers.Provider) -> None:
    values = {"title_ko": "연속", "title_en": "", "description_ko": "설명", "description_en": ""}
    made = actions.save_series(institution=owner.institution, values=values, releases=[], by=owner.user)
    edit = f"/providers/series/{made.key}/edit/"
    people: list[tuple[Any, int, int]] = [
        (owner.user, 200, 200), (providers.person(Role.PROVIDER_MANAGER, owner.organisation), 200, 200), (providers.provider().user, 404, 200),
        (providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation), 403, 403), (None, 302, 302),
    ]  # fmt: skip
    for reader, there, new in people:
        assert (as_(reader).get(edit).status_code, as_(reader).get(NEW).status_code) == (there, new)


# ── Public only with something to show, of somebody who was verified ─────────────────────────────────
TEXTS = {"title_ko": "연속", "title_en": "Serial", "description_ko": "설명", "description_en": "Words"}


def seen(key: str, user: Any = None) -> int:
    return as_(user).get(f"/catalogue/series/{key}/").status_code


def test_a_series_is_public_once_a_release_is_and_its_institution_was_verified(owner: providers.Provider) -> None:
    made = actions.save_series(institution=owner.institution, values=TEXTS, releases=[], by=owner.user)
    assert (seen(made.key), seen(made.key, owner.user), seen(made.key, providers.provider().user)) == (404, 200, 404)
    follower = providers.person("")
    assert as_(follower).post(f"/catalogue/series/{made.key}/subscribe/").status_code == 404
    assert not Event.objects.get(name="series.registered").public
    providers.own_dataset(owner, published=True, key="first-release")
    actions.save_series(
        institution=owner.institution, values=TEXTS, releases=["first-release"], by=owner.user, key=made.key, version=made.version
    )
    assert seen(made.key) == 200 and Event.objects.get(name="series.revised").public
    Institution.objects.filter(pk=owner.institution.pk).update(status="RETIRED")
    assert seen(made.key) == 404


def test_who_is_still_being_verified_writes_no_series(owner: providers.Provider) -> None:
    Institution.objects.filter(pk=owner.institution.pk).update(status="APPLIED", voucher_supplier=False)
    answer = as_(owner.user).post(NEW, filled(key="national-something"))
    assert answer.status_code == 422 and "Bio big data" in answer.content.decode() and not DatasetSeries.objects.exists()


def test_a_page_is_taken_down_with_a_reason_and_only_the_agency_brings_it_back(owner: providers.Provider) -> None:
    providers.own_dataset(owner, published=True, key="first-release")
    made = actions.save_series(institution=owner.institution, values=TEXTS, releases=["first-release"], by=owner.user)
    down = f"/providers/series/{made.key}/withdraw/"
    agency = providers.person(Role.OPERATOR_CASE)
    tried = [as_(one).post(down, {"reason": "x"}).status_code for one in (providers.provider().user, None, agency)]
    assert tried == [404, 401, 403] and seen(made.key) == 200
    as_(owner.user).post(down, {"reason": " "})
    assert seen(made.key) == 200
    actions.withdraw_series(series_id=made.pk, reason="사칭한 제목", by=agency)
    notice = Notice.objects.get(template="series_withdrawn")
    assert notice.user == owner.user and "사칭한 제목" in notice.body
    assert seen(made.key) == 404 and "사칭한 제목" in as_(owner.user).get(f"/providers/series/{made.key}/edit/").content.decode()
    page = Client().get("/catalogue/first-release/").content.decode()
    assert made.key not in page and made.key not in Client().get("/catalogue/first-release.ttl").content.decode()
    whole = b"".join(Client().get("/catalogue.ttl").streaming_content).decode()  # type: ignore[arg-type]
    assert "first-release" in whole and made.key not in whole
    with pytest.raises(Refused):
        actions.save_series(
            institution=owner.institution, values=TEXTS, releases=[], by=owner.user, key=made.key, version=made.version + 1
        )
    with pytest.raises(NotAllowed):
        actions.restore_series(series_id=made.pk, by=owner.user)
    actions.restore_series(series_id=made.pk, by=agency)
    assert seen(made.key) == 200 and made.key in Client().get("/catalogue/first-release.ttl").content.decode()
    assert as_(owner.user).post(down, {"reason": "다시 씁니다"}).status_code == 303 and seen(made.key) == 404
    assert Notice.objects.filter(template="series_withdrawn").count() == 1, "nobody is told of what they did themselves"
    with pytest.raises(IntegrityError), transaction.atomic():
        DatasetSeries.objects.filter(pk=made.pk).update(withdrawn_why="")
