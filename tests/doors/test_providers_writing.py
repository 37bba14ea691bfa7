"""A provider's program writes as the pages do: on what it read, once for an idempotency key, within its scopes."""

import json
from typing import Any

import pytest

from portal.accounts.models import ApiAnswer
from portal.accounts.rules import Role
from portal.journal.models import Event
from portal.kit import clock
from providers.catalogue import actions as catalogue
from providers.catalogue.models import Dataset, Draft
from providers.offers import actions
from providers.offers.models import Offer
from tests.factories import keys, providers
from tests.factories.keys import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider()


def address(offer: Offer) -> str:
    return f"/api/v1/offers/{offer.ref}/"


def read(program: Program, where: str) -> tuple[dict[str, Any], str]:
    answer = program.get(where)
    assert answer.status_code == 200, answer.content
    return answer.json(), answer["ETag"]


# ── Offers ───────────────────────────────────────────────────────────────────────────────────────────
def test_an_offer_is_read_changed_and_put_back(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    program = Program(keys.key(owner, "offers:write")[1])
    body, etag = read(program, address(offer))
    body["lines"][0]["unit_price_won"] = 31_000_000
    body |= {"title_en": "New title", "valid_to": "2027-12-31", "commercial_ai_allowed": None}
    answer = program.put(address(offer), body, If_Match=etag)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert said["floor_won"] == 31_000_000 + 500 * 20_000 and said["title_en"] == "New title" and answer["ETag"] != etag
    assert read(program, address(offer)) == (said, answer["ETag"]) and answer["Cache-Control"] == "no-store"
    offer.refresh_from_db()
    assert (offer.status, str(offer.valid_to), offer.commercial_ai_allowed) == ("PUBLISHED", "2027-12-31", None)
    edited = Event.objects.filter(name="offer.edited").get()
    assert edited.by == owner.user and Event.objects.get(name="api_key.wrote").data["what"] == f"PUT {address(offer)}"
    again = program.put(address(offer), said, If_Match=answer["ETag"])
    assert again.status_code == 200 and again["ETag"] == answer["ETag"]  # the same content changes nothing
    assert Event.objects.filter(name="offer.edited").count() == 1


def test_if_match_is_needed_and_compared(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    for headers, status, code in (({}, 428, "precondition_required"), ({"If_Match": '"0"'}, 412, "precondition_failed")):
        answer = program.put(address(offer), body, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer["Content-Type"] == "application/problem+json" and answer.json()["title"] not in ("", "Error")
    actions.edit(
        offer_id=offer.pk, version=offer.version, values={}, lines=providers.lines(), dataset=offer.dataset, by=owner.user
    )
    assert program.put(address(offer), body, If_Match=etag).status_code == 412


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"colour": "red", "size": 3}, ["colour", "size"]),
        ({"title_ko": ""}, ["title_ko"]),
        ({"title_ko": "가" * 121}, ["title_ko"]),
        ({"kind": "GIFT"}, ["kind"]),
        ({"access_modes": ["HOME"]}, ["access_modes"]),
        ({"exits": "RESULT_EXPORT"}, ["exits"]),
        ({"allowed_purposes": ["FUN"]}, ["allowed_purposes"]),
        ({"lead_time_days": 0}, ["lead_time_days"]),
        ({"lead_time_days": 1.5}, ["lead_time_days"]),
        ({"capacity": -1}, ["capacity"]),
        ({"valid_from": "31.12.2027"}, ["valid_from"]),
        ({"dataset": "nobodys"}, ["dataset"]),
        ({"lines": [{"colour": "red"}]}, ["lines"]),
        ({"lines": None}, ["lines"]),
        ({"floor_won": 1, "institution": "other"}, ["floor_won", "institution"]),
    ],
)
def test_wrong_and_unknown_fields_are_named(owner: providers.Provider, change: dict[str, Any], names: list[str]) -> None:
    offer = providers.offer(owner)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    answer = program.put(address(offer), body | change, If_Match=etag)
    assert answer.status_code == 400 and answer.json()["fields"] == names and all(answer.json()["errors"][name] for name in names)
    assert Offer.objects.get().version == offer.version


def test_a_field_that_is_left_out_is_named(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    del body["exits"]
    answer = program.put(address(offer), body, If_Match=etag)
    assert answer.status_code == 400 and answer.json()["fields"] == ["exits"]


@pytest.mark.parametrize(
    "text",
    ["[]", "1", "{", '{"a": NaN}', '{"a": 1, "a": 2}', '{"title_ko": "\\u0000"}', '{"title_ko": "\\ud800"}', "[" * 100_000, b"\xff\xfe",
     '{"a":' * 50 + "1" + "}" * 50],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused(owner: providers.Provider, text: Any) -> None:
    offer = providers.offer(owner)
    program = Program(keys.key(owner)[1])
    answer = program.put(address(offer), text, If_Match='"1"')
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"


def test_a_body_of_another_kind_or_size_is_refused(owner: providers.Provider, settings: Any) -> None:
    offer = providers.offer(owner)
    program = Program(keys.key(owner)[1])
    form = program.client.put(address(offer), "a=b", "application/x-www-form-urlencoded", headers=program.headers)
    assert form.status_code == 415
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert program.put(address(offer), "x" * 101, If_Match='"1"').status_code == 413


def test_a_rule_that_refuses_is_a_conflict_with_its_field(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    answer = program.put(address(offer), body | {"access_modes": []}, If_Match=etag)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "incomplete", "access_modes")
    actions.retire(offer_id=offer.pk, by=owner.user)
    body, etag = read(program, address(offer))
    assert program.put(address(offer), body | {"title_en": "x"}, If_Match=etag).status_code == 409


def test_only_the_institutions_own_key_with_the_scope_writes(owner: providers.Provider) -> None:
    offer = providers.offer(owner)
    body, etag = read(Program(keys.key(owner)[1]), address(offer))
    public = providers.offer(owner, published=True)
    stranger = providers.provider()
    foreign = Program(keys.key(stranger)[1])
    assert foreign.get(address(offer)).status_code == 404 and Program().get(address(offer)).status_code == 404
    assert Program().get(address(public)).status_code == 200 and foreign.get(address(public)).status_code == 200
    assert foreign.put(address(offer), body, If_Match=etag).status_code == 404
    assert foreign.put(address(public), body, If_Match=etag).status_code == 404
    assert Program().put(address(offer), body, If_Match=etag).status_code == 401
    other = Program(keys.key(owner, "quotes:write")[1]).put(address(offer), body, If_Match=etag)
    assert other.status_code == 403 and "offers:write" in other.json()["detail"]
    assert Offer.objects.get(pk=offer.pk).version == offer.version


def test_a_key_reaches_no_other_organisation_of_its_maker(owner: providers.Provider) -> None:
    from portal.accounts import actions as accounts

    other = providers.provider()
    theirs = providers.offer(other)
    accounts.add_member(organisation=other.organisation, user=owner.user, role=Role.PROVIDER_MANAGER, by=None)
    body, etag = read(Program(keys.key(other)[1]), address(theirs))
    program = Program(keys.key(owner)[1])
    assert program.get(address(theirs)).status_code == 404
    assert program.put(address(theirs), body, If_Match=etag).status_code == 404


# ── Once ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_same_idempotency_key_gives_the_same_answer(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    body["title_en"] = "Once"
    first = program.put(address(offer), body, If_Match=etag, Idempotency_Key='"one"')
    again = program.put(address(offer), body, If_Match=etag, Idempotency_Key="one")
    assert first.status_code == again.status_code == 200
    assert (again.content, again["ETag"], again["Idempotent-Replayed"]) == (first.content, first["ETag"], "true")
    assert "Idempotent-Replayed" not in first and Event.objects.filter(name="offer.edited").count() == 1
    kept = ApiAnswer.objects.get()
    assert "one" not in (kept.idempotency, kept.fingerprint) and len(kept.idempotency) == 64
    other = program.put(address(offer), body | {"title_en": "Two"}, If_Match=first["ETag"], Idempotency_Key="one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = Program(keys.key(owner)[1]).put(address(offer), body, If_Match=etag, Idempotency_Key="one")
    assert elsewhere.status_code == 412  # an answer belongs to its API key
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: kept.expires_at)
        assert program.put(address(offer), body, If_Match=etag, Idempotency_Key="one").status_code == 412


def test_a_refusal_is_an_answer_too_and_what_was_not_tried_is_none(owner: providers.Provider) -> None:
    offer = providers.offer(owner, published=True)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    empty = body | {"access_modes": []}
    first = program.put(address(offer), empty, If_Match=etag, Idempotency_Key="a")
    again = program.put(address(offer), empty, If_Match=etag, Idempotency_Key="a")
    assert first.status_code == again.status_code == 409 and again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true" and again["Content-Type"] == "application/problem+json"
    assert program.put(address(offer), body | {"x": 1}, If_Match=etag, Idempotency_Key="b").status_code == 400
    assert program.put(address(offer), body | {"title_en": "b"}, If_Match=etag, Idempotency_Key="b").status_code == 200


@pytest.mark.parametrize("text", ["x" * 256, "한글", 'a"b', "a b"])
def test_a_bad_idempotency_key_is_named(owner: providers.Provider, text: str) -> None:
    offer = providers.offer(owner)
    program = Program(keys.key(owner)[1])
    body, etag = read(program, address(offer))
    answer = program.put(address(offer), body, If_Match=etag, Idempotency_Key=text)
    assert answer.status_code == 400 and answer.json()["fields"] == ["Idempotency-Key"]


# ── Datasets ─────────────────────────────────────────────────────────────────────────────────────────
def entry_address(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.key}/"


def test_an_entry_is_read_written_and_handed_in(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    program = Program(keys.key(owner, "datasets:write")[1])
    said, etag = read(program, entry_address(dataset))
    content = said["entry"]["content"] | {"title_en": "Another title"}
    assert said["entry"]["missing"] == [] and said["entry"]["state"] == ""
    answer = program.put(entry_address(dataset), {"content": content}, If_Match=etag)
    assert answer.status_code == 200, answer.content
    assert answer.json()["title_en"] == "Chest CT with reports"  # the published version stays
    assert answer.json()["entry"]["content"]["title_en"] == "Another title" and answer.json()["entry"]["state"] == "DRAFT"
    assert Program().get(entry_address(dataset)).json()["entry"] is None
    same = program.put(entry_address(dataset), {"content": content}, If_Match=answer["ETag"])
    assert same["ETag"] == answer["ETag"] and Event.objects.filter(name="dataset.edited").count() == 0
    handed = program.put(entry_address(dataset), {"content": content, "submit": True}, If_Match=same["ETag"])
    assert handed.status_code == 200 and handed.json()["entry"]["state"] == "SUBMITTED"
    late = program.put(entry_address(dataset), {"content": content | {"title_en": "x"}}, If_Match=handed["ETag"])
    assert late.status_code == 409
    operator = providers.person(Role.OPERATOR_CASE)
    catalogue.start_check(dataset_id=dataset.pk, by=operator)
    catalogue.publish(dataset_id=dataset.pk, by=operator)
    assert Program().get(entry_address(dataset)).json()["title_en"] == "Another title"


def test_a_new_entry_is_put_at_its_identifier(owner: providers.Provider) -> None:
    example = providers.own_dataset(owner, published=True)
    program = Program(keys.key(owner, "datasets:write")[1])
    content = read(program, entry_address(example))[0]["entry"]["content"] | {"structured": True, "access_body": ""}
    variable = {
        "name": "age", "label_ko": "나이", "label_en": "Age", "datatype": "integer", "unit": "years", "values": "",
        "description_ko": "", "description_en": "", "required": True,
    }  # fmt: skip
    body = {"content": content | {"variables": [variable]}}
    where = "/api/v1/datasets/new-registry/"
    assert program.put(where, body).status_code == 428
    assert program.put(where, body, If_Match='"1"').status_code == 404
    answer = program.put(where, body, If_None_Match="*", Idempotency_Key="n")
    assert answer.status_code == 201, answer.content
    assert Draft.objects.get(dataset__key="new-registry").content["variables"] == [variable]
    assert Dataset.objects.get(key="new-registry").institution == owner.institution
    assert program.put(where, body, If_None_Match="*", Idempotency_Key="n").status_code == 201  # the same answer
    assert program.put(where, body, If_None_Match="*").status_code == 412
    assert Program().get(where).status_code == 404
    foreign = providers.own_dataset(providers.provider(), key="of-others")
    taken = program.put(entry_address(foreign), body, If_None_Match="*")
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    assert program.put("/api/v1/datasets/Bad_Key/", body, If_None_Match="*").status_code == 400


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": "red"}, "colour"), ({"modality": "CT"}, "modality"), ({"individuals": "many"}, "individuals"),
        ({"individuals": -1}, "individuals"), ({"structured": "perhaps"}, "structured"), ({"temporal_start": "May 2014"}, "temporal_start"),
        ({"disease_areas": [{"system": "KCD"}]}, "disease_areas"), ({"disease_areas": [["C34"]]}, "disease_areas"),
        ({"distributions": [{}]}, "distributions"), ({"contact_email": "x"}, "contact_email"), ({"title_ko": None}, "title_ko"),
        ({"variables": [{"name": "=1+1"}]}, "variables"), ({"profile": "NONE"}, "profile"), ({"keywords_ko": [{"a": 1}]}, "keywords_ko"),
        ({"status": ""}, "status"), ({"custodian": "nobody"}, "custodian"), ({"coding_systems": [{"system": "KCD", "version": "3"}]}, "coding_systems"),
        ({"disease_areas": [{"system": "X", "version": "", "codes": ["C34"], "label_ko": "암", "label_en": "x"}]}, "disease_areas"),
        ({"distributions": [{"title_ko": "", "title_en": "", "access_url": "https://a.example/", "format": "PAPER", "licence": "", "availability": ""}]}, "distributions"),
    ],
)  # fmt: skip
def test_an_entry_of_the_wrong_shape_is_refused_by_name(owner: providers.Provider, change: dict[str, Any], named: str) -> None:
    dataset = providers.own_dataset(owner)
    program = Program(keys.key(owner)[1])
    said, etag = read(program, entry_address(dataset))
    answer = program.put(entry_address(dataset), {"content": said["entry"]["content"] | change}, If_Match=etag)
    assert answer.status_code == 400 and named in json.dumps(answer.json()["errors"]), answer.content
    assert Draft.objects.get().version == 1


def test_what_a_form_would_refuse_a_program_may_not_write(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner)
    program = Program(keys.key(owner)[1])
    said, etag = read(program, entry_address(dataset))
    for change, field in (
        ({"modality": ["ROCKET"]}, "modality"), ({"landing_page": "nowhere"}, "landing_page"),
        ({"min_age": 80, "max_age": 20}, "max_age"),
    ):  # fmt: skip
        answer = program.put(entry_address(dataset), {"content": said["entry"]["content"] | change}, If_Match=etag)
        assert (answer.status_code, answer.json()["field"]) == (409, field)
    formula = {
        "name": "age", "datatype": "integer", "label_ko": "=1+1", "label_en": "", "unit": "", "values": "", "description_ko": "",
        "description_en": "", "required": False,
    }  # fmt: skip
    answer = program.put(entry_address(dataset), {"content": said["entry"]["content"] | {"variables": [formula]}}, If_Match=etag)
    assert answer.status_code == 400 and answer.json()["fields"] == ["variables"]


def test_entries_are_written_by_their_own_institution(owner: providers.Provider) -> None:
    dataset = providers.own_dataset(owner, published=True)
    said, etag = read(Program(keys.key(owner)[1]), entry_address(dataset))
    body = {"content": said["entry"]["content"]}
    stranger = Program(keys.key(providers.provider())[1])
    assert stranger.put(entry_address(dataset), body, If_Match=etag).status_code == 404
    assert stranger.get(entry_address(dataset)).json()["entry"] is None
    assert Program().put(entry_address(dataset), body, If_Match=etag).status_code == 401
    assert Program(keys.key(owner, "offers:write")[1]).put(entry_address(dataset), body, If_Match=etag).status_code == 403


def test_the_schema_tells_how_to_write(client: Any) -> None:
    told = client.get("/api/schema/?format=json").json()
    put = told["paths"]["/api/v1/offers/{ref}/"]["put"]
    assert {"If-Match", "Idempotency-Key"} <= {one["name"] for one in put["parameters"]}
    assert {"200", "400", "401", "403", "404", "409", "412", "422", "428"} <= set(put["responses"])
    assert {"ApiKey": []} in put["security"] and told["components"]["securitySchemes"]["ApiKey"]["name"] == "Authorization"
    entry = told["components"]["schemas"]["DatasetContent"]
    assert {"title_ko", "disease_areas", "variables"} <= set(entry["properties"]) and told["openapi"].startswith("3.1")
