"""An institution's own entry: drafted, checked, published as versions that nobody changes; and what the database guards itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from providers.catalogue import actions, queries, rules
from providers.catalogue.models import Dataset, DatasetVersion, Draft, Variable
from providers.catalogue.tasks import ask_if_right
from providers.offers import actions as offer_actions
from providers.offers import queries as offers
from tests.factories import providers

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def variable(name: str, **more: Any) -> rules.Variable:
    facts = {"label_ko": "", "label_en": "", "unit": "", "values": "", "description_ko": "", "description_en": ""}
    return rules.Variable(**{"name": name, "datatype": "string", "required": False, **facts, **more})


def test_a_draft_entry_is_checked_and_published(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner)
    assert not Dataset.objects.visible_to(None).filter(pk=dataset.pk).exists() and dataset.publication == "DRAFT"
    operator = providers.person(Role.OPERATOR_CASE)
    actions.submit(dataset_id=dataset.pk, by=owner.user)
    assert Duty.objects.get(verb="check_dataset", closed_at=None).role == Role.OPERATOR_CASE
    assert Notice.objects.filter(user=operator).exists()
    actions.start_check(dataset_id=dataset.pk, by=operator)
    actions.return_dataset(dataset_id=dataset.pk, reason="설명을 보완해 주십시오.", by=operator)
    assert "보완해" in Notice.objects.get(template="dataset_returned", user=owner.user).body
    with pytest.raises(NotAllowed):
        actions.publish(dataset_id=dataset.pk, by=owner.user)
    assert providers.publish_dataset(dataset, owner).publication == "PUBLISHED"
    dataset.refresh_from_db()
    version = DatasetVersion.objects.get(dataset=dataset)
    assert (dataset.published_number, dataset.published_sha256) == (1, version.sha256) == (1, rules.sha256(version.content))
    assert dataset.contact_email == "data@hospital.example" and dataset in queries.fitting_text(Dataset.objects, "폐결절")
    assert not Draft.objects.exists() and not Duty.objects.filter(closed_at=None).exists()
    event = Event.objects.get(name="dataset.published")
    assert event.public and event.data["sha256"] == version.sha256
    assert not Event.objects.get(name="dataset.returned").public


def test_a_published_entry_is_edited_beside_itself(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    before = [facts for facts, *_rest in offers.match_facts(demo=True)]
    actions.edit(dataset_id=dataset.pk, version=0, values=providers.entry(individuals=9000, modality=["MRI"]), by=owner.user)
    dataset.refresh_from_db()
    assert (dataset.individuals, dataset.modality, dataset.publication) == (4200, ["CT"], "PUBLISHED")
    assert [facts for facts, *_rest in offers.match_facts(demo=True)] == before
    providers.publish_dataset(dataset, owner)
    dataset.refresh_from_db()
    assert (dataset.individuals, dataset.published_number) == (9000, 2)
    assert [facts["modality"] for facts, *_rest in offers.match_facts(demo=True)] == [["MRI"]]
    new, old = queries.versions_of(dataset)
    assert [change.field for change in rules.changes(old.content, new.content)] == ["modality", "individuals"]
    assert old.content["individuals"] == 4200 and list(queries.faults()) == []


@pytest.mark.parametrize("key", ["kc-x-lung", "kcure-clinical-x"])
def test_identifiers_of_the_reference_are_kept_for_it(owner: providers.Provider, key: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.create_dataset(institution=owner.institution, values=providers.entry(), key=key, by=owner.user)
    assert (refused.value.code, refused.value.field) == ("kept_identifier", "key")
    actions.create_dataset(institution=owner.institution, values=providers.entry(), key="kcx-lung", by=owner.user)


def test_what_is_missing_is_named_and_refused(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, access_body="", contact_email="", structured=True)
    with pytest.raises(Refused) as error:
        actions.submit(dataset_id=dataset.pk, by=owner.user)
    assert error.value.field == "variables"
    draft = Draft.objects.get(dataset=dataset)
    gaps = rules.completeness(dataset.judged(draft.content), "NON_PUBLIC").required
    assert [gap.field for gap in gaps] == ["variables", "access_body", "contact_email"]
    actions.import_variables(dataset_id=dataset.pk, version=draft.version, variables=[variable("age")], by=owner.user)
    actions.edit(
        dataset_id=dataset.pk, version=draft.version + 1, by=owner.user,
        values={"access_body": "x", "contact_page": "https://h.example/"},
    )  # fmt: skip
    assert providers.publish_dataset(dataset, owner).publication == "PUBLISHED"
    assert [row.name for row in Variable.objects.filter(dataset=dataset)] == ["age"]


def test_an_own_entry_finds_no_way_around_its_profile(owner: providers.Provider) -> None:
    """DCAT-AP asks least; it is for public data, and for what the portal took over from a source."""
    dataset = providers.own_dataset(owner, profile="DCAT_AP", provenance_ko="")
    with pytest.raises(Refused) as error:
        actions.submit(dataset_id=dataset.pk, by=owner.user)
    assert error.value.field == "profile"
    taken = providers.dataset(owner)
    assert (taken.profile, taken.origin) == ("DCAT_AP", "SOURCE")
    draft = actions.edit(dataset_id=taken.pk, version=0, values={"edition": "2"}, by=owner.user)
    assert (draft.content["profile"], draft.content["origin"]) == ("NON_PUBLIC", "HOLDER")
    with pytest.raises(Refused):
        actions.submit(dataset_id=taken.pk, by=owner.user)
    taken.refresh_from_db()
    assert taken.publication == "PUBLISHED"


def test_the_reference_no_longer_changes_what_the_institution_took_over(owner: providers.Provider) -> None:
    taken = providers.dataset(owner, key="taken")
    actions.edit(dataset_id=taken.pk, version=0, values=providers.entry(), by=owner.user)
    providers.publish_dataset(taken, owner)
    again = providers.dataset(owner, key="taken", title_ko="옛 제목")
    assert (again.title_ko, again.origin, again.published_number) == ("흉부 CT와 판독문", "HOLDER", 2)


def test_only_the_institution_edits_and_never_while_it_is_checked(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner)
    stranger = providers.provider().user
    for call in (
        lambda: actions.edit(dataset_id=dataset.pk, version=1, values={}, by=stranger),
        lambda: actions.submit(dataset_id=dataset.pk, by=stranger),
        lambda: actions.import_variables(dataset_id=dataset.pk, version=1, variables=[], by=stranger),
        lambda: actions.create_dataset(institution=owner.institution, values=providers.entry(), by=stranger),
        lambda: actions.confirm(dataset_id=dataset.pk, by=stranger),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(Stale):
        actions.edit(dataset_id=dataset.pk, version=7, values={}, by=owner.user)
    actions.submit(dataset_id=dataset.pk, by=owner.user)
    version = Draft.objects.get(dataset=dataset).version
    with pytest.raises(IllegalStep):
        actions.edit(dataset_id=dataset.pk, version=version, values={}, by=owner.user)
    with pytest.raises(IllegalStep):
        actions.submit(dataset_id=dataset.pk, by=owner.user)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"modality": ["NONSENSE"]}, "modality"),
        ({"min_age": 40, "max_age": 20}, "max_age"),
        ({"temporal_start": "2020-05", "temporal_end": "2019"}, "temporal_end"),
        ({"contact_page": "javascript:alert(1)"}, "contact_page"),
        ({"title_ko": ""}, "title_ko"),
        ({"status": ""}, "status"),
        ({"disease_scope": ""}, "disease_scope"),
        ({"keywords_ko": ["x" * 201]}, "keywords_ko"),
        ({"contact_phone": "1" * 41}, "contact_phone"),
    ],
)
def test_what_contradicts_itself_is_not_even_drafted(owner: providers.Provider, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as error:
        providers.own_dataset(owner, **values)
    assert error.value.field == field


def test_a_draft_is_discarded_and_an_entry_retired_with_it(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner)
    with pytest.raises(IllegalStep):
        actions.discard(dataset_id=dataset.pk, by=owner.user)
    providers.publish_dataset(dataset, owner)
    with pytest.raises(IllegalStep):
        actions.submit(dataset_id=dataset.pk, by=owner.user)
    actions.edit(dataset_id=dataset.pk, version=0, values={"edition": "2"}, by=owner.user)
    actions.discard(dataset_id=dataset.pk, by=owner.user)
    actions.edit(dataset_id=dataset.pk, version=0, values={"edition": "2"}, by=owner.user)
    actions.submit(dataset_id=dataset.pk, by=owner.user)
    actions.retire(dataset_id=dataset.pk, reason="자료 종료", by=owner.user)
    assert not Draft.objects.exists() and not Duty.objects.filter(closed_at=None).exists()


def test_a_series_tells_its_subscribers_once_when_a_release_opens(owner: providers.Provider) -> None:
    planned = providers.dataset(owner, key="phase-2", status="PLANNED", planned_for="2028")
    providers.dataset(owner, key="phase-1")
    series = actions.register_series(record=SERIES | {"institution": owner.institution.key})
    events = Event.objects.count()
    actions.register_series(record=SERIES | {"institution": owner.institution.key})
    assert Event.objects.count() == events
    assert [row.key for row in queries.releases_of(series)] == ["phase-1", "phase-2"]
    reader, other = providers.person(Role.STAT_VIEWER), providers.person(Role.STAT_VIEWER)
    for user in (reader, reader, other):
        actions.subscribe(series=series, by=user)
    actions.unsubscribe(series=series, by=other)
    with pytest.raises(NotAllowed):
        actions.subscribe(series=series, by=None)
    actions.edit(dataset_id=planned.pk, version=0, values=providers.entry(status="PLANNED"), by=owner.user)
    providers.publish_dataset(planned, owner)
    assert not Notice.objects.filter(template="release_opened").exists()
    for edition in ("1", "2"):
        actions.edit(dataset_id=planned.pk, version=0, values={"status": "AVAILABLE", "edition": edition}, by=owner.user)
        providers.publish_dataset(planned, owner)
        actions.subscribe(series=series, by=other)  # too late for the first release: nothing opens with its second edition
    assert [notice.user for notice in Notice.objects.filter(template="release_opened")] == [reader]


def test_the_reference_opens_a_release_too(owner: providers.Provider) -> None:
    providers.dataset(owner, key="phase-1")
    providers.dataset(owner, key="phase-2", status="PLANNED")
    series = actions.register_series(record=SERIES | {"institution": owner.institution.key})
    reader = providers.person(Role.STAT_VIEWER)
    actions.subscribe(series=series, by=reader)
    providers.dataset(owner, key="phase-2", status="AVAILABLE")
    assert Notice.objects.get(template="release_opened").user == reader


def test_what_is_planned_or_superseded_is_never_offered(owner: providers.Provider) -> None:
    dataset = providers.dataset(owner, key="later", status="PLANNED")
    offer = providers.offer(owner, dataset)
    with pytest.raises(Refused) as error:
        offer_actions.submit(offer_id=offer.pk, by=owner.user)
    assert error.value.code == "not_available"
    refused(f"UPDATE providers_offer SET status = 'PUBLISHED', published_at = now() WHERE id = {offer.pk}")
    providers.dataset(owner, key="later", status="AVAILABLE")
    providers.publish(offer, owner)
    assert [row.pk for row in offers.offered(demo=True)] == [offer.pk]
    providers.dataset(owner, key="later", status="SUPERSEDED")
    assert not list(offers.offered(demo=True))


SERIES = {
    "key": "phases", "title_ko": "단계별 자료", "title_en": "Phased data", "description_ko": "가", "description_en": "a",
    "releases": ["phase-1", "phase-2"], "source": "fiction", "certainty": "published",
}  # fmt: skip


def refused(sql: str, error: type[Exception] = IntegrityError) -> None:
    """The database says no, at once or at the end of the transaction."""
    with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_guards_versions_and_profiles(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    draft = providers.own_dataset(owner)
    refused("UPDATE providers_datasetversion SET number = 2", DatabaseError)
    refused("DELETE FROM providers_datasetversion", DatabaseError)
    refused("TRUNCATE providers_datasetversion CASCADE", DatabaseError)
    refused(f"UPDATE providers_dataset SET publication = 'PUBLISHED' WHERE id = {draft.pk}")
    own = f"WHERE id = {dataset.pk}"
    refused(f"UPDATE providers_dataset SET published_sha256 = repeat('0', 64) {own}")
    refused(f"UPDATE providers_dataset SET published_number = 2 {own}")
    refused(f"UPDATE providers_dataset SET profile = '' {own}")
    refused(f"UPDATE providers_dataset SET profile = 'DCAT_AP' {own}")
    for column, nothing in (("access_body", "''"), ("structured", "NULL"), ("theme", "'{}'"), ("distributions", "'[]'")):
        refused(f"UPDATE providers_dataset SET {column} = {nothing} {own}")


def test_columns_that_are_not_what_the_version_says_are_found(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    Dataset.objects.filter(pk=dataset.pk).update(individuals=1)
    assert len(list(queries.faults())) == 1


def test_an_institution_is_asked_whether_an_old_entry_is_still_right(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True, update_frequency="QUARTERLY")
    taken = providers.dataset(owner, update_frequency="")
    assert ask_if_right() == 0
    Dataset.objects.filter(pk=dataset.pk).update(confirmed_at=clock.now() - timedelta(days=119))
    Dataset.objects.filter(pk=taken.pk).update(confirmed_at=clock.now() - timedelta(days=364))
    assert ask_if_right() == 0
    Dataset.objects.filter(pk=dataset.pk).update(confirmed_at=clock.now() - timedelta(days=120))
    assert (ask_if_right(), ask_if_right()) == (1, 0)
    duty = Duty.objects.get(verb="confirm_dataset", closed_at=None)
    assert duty.organisation == owner.organisation and duty.subject_ref == dataset.ref
    assert Notice.objects.filter(user=owner.user, subject_ref=dataset.ref, template="duty_opened").exists()
    actions.confirm(dataset_id=dataset.pk, by=owner.user)
    assert not Duty.objects.filter(closed_at=None).exists() and ask_if_right() == 0
    Dataset.objects.filter(pk=taken.pk).update(confirmed_at=clock.now() - timedelta(days=365))
    actions.pause(dataset_id=taken.pk, by=owner.user)
    assert ask_if_right() == 0
