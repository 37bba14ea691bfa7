"""The same round as bare SQL: who shares a value, which files are the same, which payments lie below an amount, which prices are far.

No texts: pairs of ten thousand by pg_trgm would take hours. No points, no parties, no evidence, nothing kept.
"""

from django.db import connection

SHARED = """
WITH applied AS (
  SELECT a.id, a.network_digest, a.submitted_by_id, c.id AS company_id, c.organisation_id, c.address, c.service_email
  FROM vouchers_application a JOIN vouchers_company c ON c.id = a.company_id WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL
), pairs AS (
  SELECT DISTINCT p.company_id, m.institution_id FROM applied p JOIN vouchers_applicationmatch x ON x.application_id = p.id
    JOIN vouchers_match m ON m.id = x.match_id
), sides AS (
  SELECT 'c' || company_id AS who, organisation_id FROM applied
  UNION SELECT 'i' || i.id, i.organisation_id FROM providers_institution i WHERE i.id IN (SELECT institution_id FROM pairs)
), people AS (
  SELECT s.who, u.id, u.email, u.name FROM sides s JOIN accounts_membership b ON b.organisation_id = s.organisation_id AND b.status = 'ACTIVE'
    JOIN accounts_user u ON u.id = b.user_id AND u.is_active
), bears AS (
  SELECT 'c' || company_id AS who, 'address' AS trait, regexp_replace(lower(address), '[^[:alnum:]]', '', 'g') AS value FROM applied
  UNION ALL SELECT 'c' || company_id, 'network', network_digest FROM applied WHERE network_digest <> ''
  UNION ALL SELECT 'c' || company_id, 'mail', lower(service_email) FROM applied
  UNION ALL SELECT 'c' || company_id, 'domain', split_part(lower(service_email), '@', 2) FROM applied
  UNION ALL SELECT who, 'mail', lower(email) FROM people UNION ALL SELECT who, 'domain', split_part(lower(email), '@', 2) FROM people
  UNION ALL SELECT who, 'person', id::text FROM people UNION ALL SELECT who, 'name', name FROM people
  UNION ALL SELECT 'i' || institution_id, 'account', bank_code || number FROM vouchers_payeeaccount
    WHERE is_current AND institution_id IN (SELECT institution_id FROM pairs)
), shared AS (
  SELECT trait, value, array_agg(DISTINCT who) AS whom FROM bears GROUP BY 1, 2 HAVING count(DISTINCT who) BETWEEN 2 AND 60
)
SELECT count(*), sum(cardinality(whom)) FROM shared
"""
FILES = """
SELECT count(*) FROM (
  SELECT d.sha256 FROM vouchers_deliverable x JOIN documents_document d ON d.id = x.document_id JOIN vouchers_milestone m ON m.id = x.milestone_id
    JOIN vouchers_agreement g ON g.id = m.agreement_id WHERE g.round_id = %(round)s
  GROUP BY 1 HAVING count(DISTINCT g.company_id) BETWEEN 2 AND 10
  UNION ALL
  SELECT d.sha256 FROM vouchers_disbursement x JOIN documents_document d ON d.id = x.own_share_document_id
    JOIN vouchers_milestone m ON m.id = x.milestone_id JOIN vouchers_agreement g ON g.id = m.agreement_id WHERE g.round_id = %(round)s
  GROUP BY 1 HAVING count(DISTINCT g.company_id) > 1
  UNION ALL
  SELECT d.sha256 FROM vouchers_applicationdocument x JOIN documents_document d ON d.id = x.document_id
    JOIN vouchers_application a ON a.id = x.application_id WHERE a.round_id = %(round)s AND x.current
  GROUP BY 1 HAVING count(DISTINCT a.company_id) BETWEEN 2 AND 10
) same
"""
MONEY = """
WITH paid AS (
  SELECT g.company_id, x.payee_id, x.supply_amount_won AS won, x.invoice_on FROM vouchers_disbursement x
    JOIN vouchers_milestone m ON m.id = x.milestone_id JOIN vouchers_agreement g ON g.id = m.agreement_id WHERE g.round_id = %(round)s
), lines AS (
  SELECT r.institution_id, l.kind, l.unit, l.unit_price_won AS won FROM vouchers_quoteline l JOIN vouchers_quote q ON q.id = l.quote_id
    JOIN vouchers_quoterequest r ON r.id = q.request_id
), middles AS (
  SELECT institution_id, kind, unit, percentile_cont(0.5) WITHIN GROUP (ORDER BY won) AS middle FROM lines GROUP BY 1, 2, 3 HAVING count(*) > 4
)
SELECT (SELECT count(*) FROM paid a JOIN paid b ON a.company_id = b.company_id AND a.payee_id = b.payee_id AND b.invoice_on > a.invoice_on
          AND b.invoice_on - a.invoice_on <= 30 WHERE a.won BETWEEN 18000000 AND 19999999 AND b.won BETWEEN 18000000 AND 19999999),
       (SELECT count(*) FROM lines JOIN middles USING (institution_id, kind, unit) WHERE won > 1.5 * middle)
"""
TEXTS = """
SELECT sum(length(s.answers::text)) FROM vouchers_applicationsection s JOIN vouchers_application a ON a.id = s.application_id
WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL
"""


def asked(round_id: int) -> None:
    with connection.cursor() as cursor:
        for text in (SHARED, FILES, MONEY, TEXTS):
            cursor.execute(text, {"round": round_id})
            cursor.fetchall()
