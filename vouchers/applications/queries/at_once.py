"""All that a submission looks at, by one statement: in the last minute of a call thousands ask it.

The questions stay what they are (`behind`); this only brings their answers along. What a submission seldom asks (joint
certifications, a certificate that has ended) is still read when it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.accounts import queries as accounts
from portal.accounts.models import Organisation, User
from portal.documents.models import Document
from portal.journal.models import Event
from portal.kit import clock, prepared
from portal.kit.prepared import built, joined
from providers.institutions.models import Institution
from vouchers.applications import rules
from vouchers.applications.models import Application, ApplicationDocument, ApplicationSection, Certification
from vouchers.applications.queries import behind, filed
from vouchers.applications.queries.late import closes_at
from vouchers.applications.queries.once import asked_as
from vouchers.companies import queries as companies
from vouchers.companies.models import Company, SizeCertificate
from vouchers.companies.rules import clean_brn
from vouchers.matching.models import Match, Need, Quote
from vouchers.rounds.models import PolicyVersion, Round, Track

_CLAIM = """
SELECT a.id, a.status FROM vouchers_application a JOIN vouchers_company c ON c.id = a.company_id
WHERE a.ref = %(ref)s AND c.organisation_id = ANY(%(organisations)s::bigint[])
FOR UPDATE OF a
"""
_ALL = """
SELECT json_build_object(
  'application', row_to_json(a), 'company', row_to_json(c),
  'round', json_build_object('id', r.id, 'ref', r.ref, 'key', r.key, 'kind', r.kind, 'title_ko', r.title_ko, 'title_en', r.title_en,
    'fiscal_year', r.fiscal_year, 'status', r.status, 'match_timing', r.match_timing, 'opens_at', r.opens_at,
    'closes_at', r.closes_at),
  'track', json_build_object('id', t.id, 'ref', t.ref, 'key', t.key, 'name_ko', t.name_ko, 'name_en', t.name_en,
    'cap_won', t.cap_won),
  'organisation', json_build_object('id', o.id, 'ref', o.ref, 'kind', o.kind),
  'need', CASE WHEN n.id IS NOT NULL THEN json_build_object('id', n.id, 'ref', n.ref) END,
  'policy', (
    SELECT json_build_object('id', p.id, 'ref', p.ref, 'round_id', p.round_id, 'number', p.number, 'version', p.version,
      'frozen_at', p.frozen_at)
    FROM vouchers_policyversion p WHERE p.round_id = r.id ORDER BY p.number DESC LIMIT 1),
  'sections', (SELECT json_agg(s) FROM vouchers_applicationsection s WHERE s.application_id = a.id),
  'matches', (
    SELECT json_agg(json_build_object('match', json_build_object('id', m.id, 'ref', m.ref, 'status', m.status, 'need_id', m.need_id,
      'quote_id', m.quote_id, 'institution_id', m.institution_id), 'quote', json_build_object('id', q.id, 'ref', q.ref,
      'valid_until', q.valid_until, 'supply_amount_won', q.supply_amount_won, 'vat_won', q.vat_won), 'institution',
      json_build_object('id', i.id, 'ref', i.ref, 'institution_type', i.institution_type, 'voucher_supplier', i.voucher_supplier))
      ORDER BY m.id)
    FROM vouchers_applicationmatch am JOIN vouchers_match m ON m.id = am.match_id JOIN vouchers_quote q ON q.id = m.quote_id
      JOIN providers_institution i ON i.id = m.institution_id WHERE am.application_id = a.id),
  'taxable', (
    SELECT coalesce(sum(l.amount_won), 0) FROM vouchers_applicationmatch am JOIN vouchers_match m ON m.id = am.match_id
      JOIN vouchers_quoteline l ON l.quote_id = m.quote_id WHERE am.application_id = a.id AND l.tax_kind = 'TAXABLE'),
  'files', (
    SELECT json_agg(json_build_object('held', row_to_json(d), 'file', json_build_object('id', f.id, 'ref', f.ref, 'name', f.name,
      'sha256', f.sha256)) ORDER BY d.kind)
    FROM vouchers_applicationdocument d JOIN documents_document f ON f.id = d.document_id
    WHERE d.application_id = a.id AND d.current),
  'blind', (
    SELECT json_object_agg(b.kind, f.sha256) FROM vouchers_blinddocument b JOIN documents_document f ON f.id = b.document_id
    WHERE b.application_id = a.id AND b.current),
  'certificate', (
    SELECT row_to_json(z) FROM vouchers_sizecertificate z WHERE z.company_id = c.id AND z.valid_from <= day.closing AND z.valid_to >= day.closing
    ORDER BY z.valid_to DESC, z.id DESC LIMIT 1),
  'others', (
    SELECT count(*) FROM vouchers_application e WHERE e.company_id = a.company_id AND e.round_id = a.round_id AND e.id <> a.id
      AND e.status <> ALL(%(ended)s::text[])),
  'people', (
    SELECT json_agg(json_build_object('represents', b.is_representative, 'by_mail', w.by_mail, 'user', json_build_object('id', u.id, 'ref', u.ref,
      'email', u.email, 'name', u.name, 'language', u.language, 'is_active', u.is_active)) ORDER BY u.id)
    FROM accounts_membership b JOIN accounts_user u ON u.id = b.user_id
      LEFT JOIN journal_noticechoice w ON w.user_id = u.id AND w.template = 'application_received'
    WHERE b.organisation_id = o.id AND b.status = 'ACTIVE' AND u.is_active),
  'restricted', (
    SELECT json_agg(json_build_array(x.brn, x.corporate_no, x.person_digest)) FROM vouchers_restriction x
    WHERE x.status = 'IN_FORCE' AND %(day)s BETWEEN x.starts_on AND x.ends_on
      AND (x.brn = c.brn OR x.corporate_no = nullif(translate(c.corporate_no, '- ', ''), '') OR x.person_digest = %(person)s)),
  'certification', (
    SELECT row_to_json(k) FROM vouchers_certification k WHERE k.application_id = a.id AND k.user_id = %(by)s),
  'number', CASE WHEN a.status = 'DRAFT' AND r.kind <> 'REHEARSAL' AND r.opens_at <= %(now)s AND r.closes_at > %(now)s
    THEN nextval('vouchers_application_receipt') END,
  'last_event', (
    SELECT json_build_object('id', v.id, 'seq', v.seq, 'hash', v.hash) FROM journal_event v WHERE v.subject_ref = a.ref
    ORDER BY v.seq DESC LIMIT 1))
FROM vouchers_application a
JOIN vouchers_round r ON r.id = a.round_id JOIN vouchers_track t ON t.id = a.track_id
JOIN vouchers_company c ON c.id = a.company_id JOIN accounts_organisation o ON o.id = c.organisation_id
LEFT JOIN vouchers_need n ON n.id = a.need_id
CROSS JOIN LATERAL (SELECT (r.closes_at AT TIME ZONE 'Asia/Seoul')::date AS closing) day
WHERE a.id = %(id)s
"""
ALL = " ".join(_ALL.split())


@dataclass(frozen=True)
class AtOnce:
    """application: the row with round, track, company, need and sections. people: the company's members. wishes: which of them chose about mail of the receipt, and what. last_event: of the
    application's chain. number: the next of the receipts' sequence, drawn where the submission is likely to come through (a
    sequence has gaps anyhow). known: what `asked_once` need not ask."""

    application: Application
    people: list[User]
    wishes: Mapping[int, bool]
    last_event: Event | None
    number: int | None
    known: Mapping[Any, Any]


def claim_own(ref: str, by: Any) -> tuple[int, str] | None:
    """(key, status) of an application of the person's own company, whose row is locked; None for any other.

    A part of `Application.objects.visible_to`: whoever gets None here is asked about there.
    """
    if accounts.sees_all(by):
        return None
    found = prepared.first_row(_CLAIM, {"ref": ref, "organisations": sorted(accounts.organisation_ids_of(by))})
    return (found[0], found[1]) if found is not None else None


def at_once(application_id: int, by: User, now: datetime) -> AtOnce:
    """Read after the row was locked, so that it is what the last writer left. Raises: Application.DoesNotExist."""
    today, digest = clock.today(), companies.person_digest(by.name)
    given = {
        "id": application_id,
        "by": by.pk,
        "now": now,
        "ended": sorted(map(str, rules.ENDED)),
        "day": today,
        "person": digest or None,
    }
    row = prepared.first_row(ALL, given)
    if row is None:
        raise Application.DoesNotExist
    found: dict[str, Any] = row[0]
    application = _application(found)
    members = found["people"] or ()
    people: list[Any] = [built(User, one["user"]) for one in members]
    wishes = {one["user"]["id"]: one["by_mail"] for one in members if one["by_mail"] is not None}
    represent = [user for one, user in zip(members, people, strict=True) if one["represents"]]
    known: dict[Any, Any] = {
        asked_as(behind.chosen_matches, application): [_match(one, application) for one in found["matches"] or ()],
        asked_as(behind.taxable, tuple(one["quote"]["id"] for one in found["matches"] or ())): found["taxable"],
        asked_as(filed.current_documents, application): [_file(one, application) for one in found["files"] or ()],
        asked_as(filed.blind_hashes, application): found["blind"] or {},
        asked_as(behind.newest_policy, application.round): built(PolicyVersion, found["policy"]),
        asked_as(behind.other_live, application): found["others"],
        asked_as(behind.representatives, application.company.organisation): represent,
        asked_as(behind.certification_of, application, by): built(Certification, found["certification"]),
    }  # fmt: skip
    if represent == [by]:  # whose name alone was compared: joint representatives are asked about when it is asked for
        key = asked_as(behind.restrictions, application.company, today)
        known[key] = _restricted(found, application.company, digest)
    until = closes_at(application, now=now)
    if until == application.round.closes_at:  # the day of a late entry is another one: its certificate is asked for then
        day = behind.closing_day(application)
        known[asked_as(behind.current_certificate, application.company, day)] = built(SizeCertificate, found["certificate"])
    return AtOnce(application, people, wishes, built(Event, found["last_event"]), found["number"], known)


def _restricted(found: Mapping[str, Any], company: Company, digest: str) -> tuple[bool, bool]:
    """As `companies.restricted_on`."""
    listed, corporate = found["restricted"] or (), clean_brn(company.corporate_no)
    firm = any(brn == company.brn or (corporate and number == corporate) for brn, number, _person in listed)
    return bool(firm), bool(digest) and any(person == digest for _brn, _number, person in listed)


def _application(found: Mapping[str, Any]) -> Application:
    organisation, company = built(Organisation, found["organisation"]), built(Company, found["company"])
    application = built(Application, found["application"])
    assert application is not None and company is not None
    sections: Any = application.sections.all()
    sections._result_cache = [one for row in found["sections"] or () if (one := built(ApplicationSection, row)) is not None]
    application._prefetched_objects_cache = {"sections": sections}  # type: ignore[attr-defined]
    return joined(
        application, round=built(Round, found["round"]), track=built(Track, found["track"]), need=built(Need, found["need"]),
        company=joined(company, organisation=organisation),
    )  # fmt: skip


def _match(one: Mapping[str, Any], application: Application) -> Match:
    match = built(Match, one["match"])
    assert match is not None
    if match.need_id == application.need_id:
        joined(match, need=application.need)
    return joined(match, quote=built(Quote, one["quote"]), institution=built(Institution, one["institution"]))


def _file(one: Mapping[str, Any], application: Application) -> ApplicationDocument:
    held = built(ApplicationDocument, one["held"])
    assert held is not None
    return joined(held, document=built(Document, one["file"]), application=application)
