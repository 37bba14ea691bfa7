"""Every address that the house's contract promises answers; the list stands here in full, in both languages."""

import pytest
from django.test import Client

from tests.factories.providers import code_lists, dataset, offer, provider
from tests.factories.rounds import make_round

pytestmark = pytest.mark.django_db
PAGES = (
    "/", "/check/", "/rounds/", "/accounts/login/", "/companies/", "/evaluation/", "/objections/", "/home/", "/applications/",
    "/matching/", "/agreements/", "/access/", "/milestones/", "/payments/", "/providers/", "/catalogue/", "/stats/", "/admin/",
    "/register/",
)  # fmt: skip
PROGRAMS = (
    "/health/live", "/health/ready", "/metrics", "/api/schema/", "/api/docs/", "/api/v1/stats/", "/api/v1/rounds/",
    "/api/v1/awards/", "/api/v1/institutions/", "/api/v1/datasets/", "/api/v1/offers/", "/catalogue.ttl", "/catalogue.jsonld",
)  # fmt: skip
OPEN = {"/", "/check/", "/rounds/", "/accounts/login/", "/catalogue/", "/stats/", "/register/"}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_or_asks_to_sign_in(address):
    make_round()
    for prefix in ("", "/en"):
        answer = Client().get(prefix + address)
        if answer.status_code == 302:
            assert address not in OPEN and "/login/" in answer["Location"], (prefix + address, answer["Location"])
            continue
        assert answer.status_code == 200, prefix + address


@pytest.mark.parametrize("address", ["/styles/", "/demo/mail/", "/demo/bank/"])
def test_pages_of_the_demo_answer_in_a_demo(address):
    assert Client().get(address).status_code in {200, 302}, address


@pytest.mark.parametrize("ending", ["/", ".jsonld", ".ttl"])
def test_an_entry_of_the_catalogue_answers_in_all_its_forms(ending):
    code_lists()
    entry = dataset(provider())
    assert Client().get(f"/catalogue/{entry.key}{ending}").status_code == 200


def test_what_a_provider_writes_asks_for_a_key():
    owner = provider()
    code_lists()
    for address in (f"/api/v1/offers/{offer(owner).ref}/", f"/api/v1/datasets/{dataset(owner).key}/"):
        answer = Client().put(address, {}, "application/json")
        assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json", address


def test_a_quote_by_a_program_asks_for_a_key():
    answer = Client().post("/api/v1/quotes/", {}, "application/json")
    assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", PROGRAMS)
def test_what_programs_read_answers(address):
    assert Client().get(address).status_code in {200, 503}, address
