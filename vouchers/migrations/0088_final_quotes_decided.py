"""A final quote asks for no more VAT than its letter, and where its other terms are not the letter's, the company decides first."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION quote_terms_differ(letter bigint, final bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM vouchers_quote a, vouchers_quote b WHERE a.id = letter AND b.id = final AND
            (a.access_mode, a.earliest_delivery_on, a.lead_time_days, a.assumptions)
            IS DISTINCT FROM (b.access_mode, b.earliest_delivery_on, b.lead_time_days, b.assumptions)
    ) OR EXISTS (
        SELECT kind, description, unit, quantity, data_holder_id, contracting_party_id, reviewing_board_id, payee_id, sum(side)
        FROM (SELECT l.*, CASE l.quote_id WHEN letter THEN 1 ELSE -1 END AS side FROM vouchers_quoteline l
              WHERE l.quote_id IN (letter, final)) x
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(side) <> 0
    )
$$;
DROP TRIGGER match_final_within_band ON vouchers_match;
CREATE OR REPLACE FUNCTION match_final_within_band() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE named bigint := coalesce(NEW.final_quote_id, NEW.offered_quote_id);
BEGIN
    IF TG_OP = 'UPDATE' AND ((OLD.final_quote_id IS NOT NULL AND OLD.final_quote_id IS DISTINCT FROM NEW.final_quote_id)
       OR (OLD.final_asked_at IS NOT NULL AND OLD.final_asked_at IS DISTINCT FROM NEW.final_asked_at)) THEN
        RAISE EXCEPTION 'match %: its final quote stays', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_stays';
    END IF;
    IF named IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM vouchers_quote letter JOIN vouchers_quote final ON final.request_id = letter.request_id
        WHERE letter.id = NEW.quote_id AND final.id = named AND final.band_min_won IS NULL
          AND final.supply_amount_won BETWEEN letter.band_min_won AND letter.supply_amount_won
    ) THEN
        RAISE EXCEPTION 'match %: a final quote lies within the band of its letter of intent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_within_band';
    END IF;
    IF named IS NOT NULL AND EXISTS (
        SELECT 1 FROM vouchers_quote letter, vouchers_quote final
        WHERE letter.id = NEW.quote_id AND final.id = named AND final.vat_won > letter.vat_won
    ) THEN
        RAISE EXCEPTION 'match %: a final quote asks for no more VAT than its letter of intent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_vat';
    END IF;
    IF NEW.final_quote_id IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.final_quote_id IS NULL)
       AND (TG_OP = 'INSERT' OR OLD.offered_quote_id IS DISTINCT FROM NEW.final_quote_id)
       AND quote_terms_differ(NEW.quote_id, NEW.final_quote_id) THEN
        RAISE EXCEPTION 'match %: the company decides on a final quote whose terms are not the letter''s', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_decided';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_final_within_band BEFORE INSERT OR UPDATE OF final_quote_id, offered_quote_id, final_asked_at
    ON vouchers_match FOR EACH ROW EXECUTE FUNCTION match_final_within_band();
"""
BACKWARD = """
DROP TRIGGER match_final_within_band ON vouchers_match;
CREATE OR REPLACE FUNCTION match_final_within_band() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ((OLD.final_quote_id IS NOT NULL AND OLD.final_quote_id IS DISTINCT FROM NEW.final_quote_id)
       OR (OLD.final_asked_at IS NOT NULL AND OLD.final_asked_at IS DISTINCT FROM NEW.final_asked_at)) THEN
        RAISE EXCEPTION 'match %: its final quote stays', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_stays';
    END IF;
    IF NEW.final_quote_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM vouchers_quote letter JOIN vouchers_quote final ON final.request_id = letter.request_id
        WHERE letter.id = NEW.quote_id AND final.id = NEW.final_quote_id AND final.band_min_won IS NULL
          AND final.supply_amount_won BETWEEN letter.band_min_won AND letter.supply_amount_won
    ) THEN
        RAISE EXCEPTION 'match %: a final quote lies within the band of its letter of intent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_within_band';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_final_within_band BEFORE INSERT OR UPDATE OF final_quote_id, final_asked_at ON vouchers_match
    FOR EACH ROW EXECUTE FUNCTION match_final_within_band();
DROP FUNCTION quote_terms_differ(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0087_letters_of_intent")]
    operations: ClassVar = [
        migrations.AddField(
            "match",
            "offered_quote",
            models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.quote"),
        ),
        migrations.AddConstraint(
            "match",
            models.CheckConstraint(
                condition=models.Q(
                    ("offered_quote__isnull", True),
                    models.Q(("final_asked_at__isnull", False), ("final_quote__isnull", True)),
                    _connector="OR",
                ),
                name="match_offered_was_asked",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
