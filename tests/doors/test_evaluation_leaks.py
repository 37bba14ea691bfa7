"""A conflicted evaluator sees neither the case nor its existence, nor who reviews it: one test for each way to learn it.

The evaluator read the file first; the conflict became known afterwards. A second case of the same round stays theirs, so that an
empty page cannot pass for a closed one.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.html import escape

from portal.accounts.models import User
from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.journal.models import AccessLog, Duty, Event, MailboxMessage, Notice
from tests.doors import as_
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, CaseConflict
from vouchers.evaluation.rules.conflicts import Entered


@dataclass
class Story:
    """hidden: the case with a conflict; seen: the other one. apart: the evaluator who must not see, other: who evaluates both."""

    at: ev.Panel
    apart: User
    other: User
    hidden: Application
    seen: Application
    gone: Assignment
    kept: Assignment
    document: Any
    notice: Notice
    duty: Duty

    def secrets(self) -> list[str]:
        company = self.at.firms[0].company
        names = [company.name_ko, company.name_en, company.ref, self.hidden.title, str(self.hidden.receipt_no)]
        who = [self.other.name, self.other.email, self.other.ref]
        return [*names, *who, self.hidden.ref, self.gone.ref, self.document.ref, self.document.sha256]


def _story() -> Story:
    at = ev.panel(2, titles=["숨겨야 할 과제", "보이는 과제"])
    apart, other = at.evaluators
    hidden, seen = at.applications
    rows = {(case.pk, who.pk): ev.assigned(at, case, who) for case in (hidden, seen) for who in (apart, other)}
    gone, kept = rows[hidden.pk, apart.pk], rows[seen.pk, apart.pk]
    actions.accept(assignment_id=gone.pk, by=apart)
    document = hidden.application_documents.filter(current=True).first().document
    documents.settle_scan(document_id=document.pk, clean=True)
    notice, duty = (
        Notice.objects.get(user=apart, subject_ref=gone.ref),
        Duty.objects.get(subject_ref=gone.ref, verb="submit_scores"),
    )
    User.objects.filter(pk=other.pk).update(name="숨은 평가위원")
    other.name = "숨은 평가위원"
    assert as_(apart).get(f"/evaluation/{gone.ref}/").status_code == 200
    return Story(at, apart, other, hidden, seen, gone, kept, document, notice, duty)


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """The story once for all tests of this file; each test rolls back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        story = _story()
        written = story.at.firms[0].company.name_en.upper().replace(" ", "-")  # so that the page of affiliations is no leak
        actions.add_affiliation(user_id=story.apart.pk, entered=Entered("EMPLOYMENT", f"{written} Inc."), by=story.apart)
        yield story
        transaction.set_rollback(True)


@pytest.fixture
def story(told, db):
    return told


def shown(response) -> str:
    return (b"".join(response) if response.streaming else response.content).decode(errors="replace")


def said(response) -> str:
    return re.sub(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", shown(response))


def leaks(story: Story, text: str) -> list[str]:
    return [secret for secret in story.secrets() if secret in text or escape(secret) in text]


# ── What the evaluator's own pages say ───────────────────────────────────────────────────────────────
def test_the_lists_hold_only_the_other_case(story):
    client = as_(story.apart)
    for address in ("/evaluation/", "/evaluation/?show=done", "/en/evaluation/", "/en/evaluation/?show=done"):
        assert not leaks(story, shown(client.get(address))), address
    assert story.kept.ref in shown(client.get("/evaluation/"))


def test_the_counts_leave_it_out(story):
    page = as_(story.apart).get("/evaluation/")
    assert [tab["count"] for tab in page.context["tabs"]] == [1, 0]
    home = as_(story.apart).get("/home/")
    assert not leaks(story, shown(home)) and story.kept.ref in shown(home)
    assert Notice.objects.filter(user=story.apart, read_at__isnull=True, retracted_at__isnull=True).count() == 1
    assert re.search(r"\b1\b", shown(home))


def test_a_search_finds_it_nowhere(story):
    client, company = as_(story.apart), story.at.firms[0].company
    for word in (story.hidden.title, story.hidden.receipt_no, company.name_ko):
        for address in ("/evaluation/", "/rounds/", "/offers/", "/institutions/", "/datasets/", "/home/notices/"):
            answer = client.get(address, {"q": word, "search": word})
            found = [secret for secret in leaks(story, shown(answer)) if secret != word]
            assert not found, (address, found)


def test_the_direct_address_answers_as_an_unknown_one(story):
    client = as_(story.apart)
    unknown = "asg-0000000000"
    for tail in ("", "documents/doc-0000000000/"):
        ours, none = client.get(f"/evaluation/{story.gone.ref}/{tail}"), client.get(f"/evaluation/{unknown}/{tail}")
        assert ours.status_code == none.status_code == 404
        assert said(ours).replace(story.gone.ref, unknown) == said(none)
    for verb in ("accept", "recuse", "decline", "scores"):
        ours, none = client.post(f"/evaluation/{story.gone.ref}/{verb}/"), client.post(f"/evaluation/{unknown}/{verb}/")
        assert ours.status_code == none.status_code == 404, verb
    assert client.get(f"/evaluation/{story.kept.ref}/").status_code == 200


def test_its_files_are_closed(story):
    client, ref = as_(story.apart), story.document.ref
    assert client.get(f"/evaluation/{story.gone.ref}/documents/{ref}/").status_code == 404
    assert client.get(f"/evaluation/{story.kept.ref}/documents/{ref}/").status_code == 404
    assert client.get(reverse("applications:download", args=[story.hidden.ref, ref])).status_code == 404


def test_notices_and_mails_are_taken_back(story):
    client = as_(story.apart)
    feed = shown(client.get("/home/notices/")) + shown(client.get("/en/home/notices/"))
    assert not leaks(story, feed) and story.kept.ref not in leaks(story, feed)
    assert client.get(f"/home/notices/{story.notice.ref}/").status_code == 404
    journal.remind_of(story.duty.pk)  # a closed duty reminds nobody
    assert not Notice.objects.filter(
        user=story.apart, subject_ref__in=[story.gone.ref, story.duty.ref], retracted_at__isnull=True
    )
    call_command("tick", verbosity=0)
    assert not MailboxMessage.objects.filter(to=story.apart.email, body__contains=story.hidden.title).exists()


def test_no_duty_is_left(story):
    assert not Duty.objects.filter(user=story.apart, subject_ref=story.gone.ref, closed_at__isnull=True).exists()


# ── What others' pages say ───────────────────────────────────────────────────────────────────────────
def test_neither_company_nor_evaluator_reads_it_in_the_journal(story):
    hidden = Event.objects.filter(subject_ref__in=[story.gone.ref, *CaseConflict.objects.values("ref")])
    assert hidden.count() >= 3 and {tuple(event.organisations) for event in hidden} == {()}
    firm = story.at.firms[0]
    for address in (f"/applications/{story.hidden.ref}/", f"/en/applications/{story.hidden.ref}/", "/home/", "/home/notices/"):
        text = shown(as_(firm.representative).get(address, follow=True))
        for who in (story.apart, story.other):
            assert who.ref not in text and who.email not in text and escape(who.name) not in text, address
        assert "이해충돌" not in text and "제척" not in text


def test_statistics_and_status_pages_say_the_same_to_everybody(story):
    for address in ("/stats/", "/health/ready", f"/rounds/{story.at.round.key}/", "/", "/metrics"):
        answer = as_(story.apart).get(address)
        if answer.status_code == 200:
            assert not leaks(story, shown(answer)), address


def test_the_admin_opens_nothing_to_an_evaluator(story):
    client = as_(story.apart)
    for model in (
        "assignment",
        "application",
        "caseconflict",
        "affiliation",
        "poolmember",
        "challenge",
        "company",
        "selectionrun",
    ):
        for address in (f"/admin/vouchers/{model}/", f"/admin/vouchers/{model}/?q={story.hidden.title}"):
            assert client.get(address).status_code in {302, 403}, address
    assert client.get(f"/admin/vouchers/assignment/{story.gone.pk}/change/").status_code in {302, 403}
    fields = {"app_label": "vouchers", "model_name": "assignment", "field_name": "application", "term": story.hidden.title}
    assert client.get("/admin/autocomplete/", fields).status_code in {302, 403}


def test_the_programming_interface_does_not_know_it(story):
    client = as_(story.apart)
    for address in (
        "/api/v1/rounds/",
        f"/api/v1/rounds/{story.at.round.key}/",
        "/api/v1/institutions/",
        "/api/v1/offers/",
        "/api/v1/statistics/",
    ):
        answer = client.get(address)
        assert answer.status_code in {200, 404} and not leaks(story, shown(answer)), address


@pytest.mark.parametrize("whose", ["company", "provider"])
def test_a_declared_conflict_closes_the_case_before_any_sweep(story, whose):
    match = story.seen.application_matches.get().match
    organisation = match.institution.organisation if whose == "provider" else story.at.firms[1].organisation
    companies.declare_conflict(user=story.apart, organisation=organisation, ground="친족", by=story.at.officer)
    client = as_(story.apart)
    assert client.get(f"/evaluation/{story.kept.ref}/").status_code == 404
    page = client.get("/evaluation/")
    assert [tab["count"] for tab in page.context["tabs"]] == [0, 0] and story.seen.title not in shown(page)


# ── Officers with a conflict of their own ────────────────────────────────────────────────────────────
def test_an_officer_with_a_conflict_does_not_learn_who_reviews_it(story):
    officer = person("MINISTRY_OFFICER")
    address = reverse(f"{admin.site.name}:vouchers_assignment_changelist")
    before = as_(officer).get(address)
    assert before.context["cl"].result_count == 4
    companies.declare_conflict(user=officer, organisation=story.at.firms[0].organisation, ground="친족", by=officer)
    actions.sync_conflicts()
    client = as_(officer)
    for query in ("", f"?q={story.hidden.receipt_no}", "?status__exact=RECUSED"):
        page = client.get(address + query)
        assert story.hidden not in [row.application for row in page.context["cl"].result_list], query
    assert client.get(address).context["cl"].result_count == 2
    change = reverse(f"{admin.site.name}:vouchers_assignment_change", args=[story.gone.pk])
    unknown = reverse(f"{admin.site.name}:vouchers_assignment_change", args=[99999999])
    assert client.get(change).status_code == client.get(unknown).status_code == 302
    assert as_(story.at.officer).get(change).status_code == 200


# ── Whatever there is ────────────────────────────────────────────────────────────────────────────────
def _addresses(story: Story) -> list[str]:
    """Every address of ours, with the refs of the hidden case wherever one is asked for."""
    refs = {"ref": story.gone.ref, "document_ref": story.document.ref, "key": story.at.round.key}
    found = []

    def walk(resolver: Any, prefix: str) -> None:
        for entry in resolver.url_patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry, path)
            elif isinstance(entry, URLPattern) and "admin/" not in path and "(?P" not in path and "logout" not in path:
                for ref in {story.gone.ref, story.hidden.ref} if "ref>" in path else {""}:
                    filled = re.sub(
                        r"<(?:\w+:)?(\w+)>", lambda m, ref=ref: ref if m[1] == "ref" else refs.get(m[1], ref or "1"), path
                    )
                    found.append("/" + filled)

    walk(get_resolver(), "")
    return found


def test_no_address_at_all_tells_it(story):
    client = as_(story.apart)
    logged = AccessLog.objects.filter(by=story.apart).count()
    addresses = [one for one in _addresses(story) if not one.startswith(("/accounts/", "/demo/", "/metrics"))]
    assert len(addresses) > 80
    for address in addresses:
        answer = client.get(address)
        asked = {story.gone.ref, story.hidden.ref, story.document.ref}
        if answer.status_code == 200:
            found = [secret for secret in leaks(story, shown(answer)) if secret not in asked or secret not in address]
            assert not found, (address, found)
    assert AccessLog.objects.filter(by=story.apart, subject_ref=story.hidden.ref).count() <= logged
