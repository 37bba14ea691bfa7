"""A letter of intent has a price band, only where the round allows it; after the award a final quote within the band stands for it.

What is agreed for a match on a letter is agreed within its final quote.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import portal.kit.won

FORWARD = """
CREATE FUNCTION quote_letter_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE allowed boolean;
BEGIN
    SELECT (p.body->'quoting'->>'letters')::boolean INTO allowed FROM vouchers_quoterequest q
        JOIN vouchers_need n ON n.id = q.need_id JOIN vouchers_policyversion p ON p.round_id = n.round_id
        WHERE q.id = NEW.request_id ORDER BY p.number DESC LIMIT 1;
    IF NEW.band_min_won IS NOT NULL AND NOT coalesce(allowed, false) THEN
        RAISE EXCEPTION 'the round takes no letters of intent' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_letter_allowed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_letter_allowed BEFORE INSERT ON vouchers_quotedraft
    FOR EACH ROW EXECUTE FUNCTION quote_letter_allowed();

CREATE FUNCTION quote_band_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'vouchers_quotedraft' THEN
        IF OLD.band_min_won IS DISTINCT FROM NEW.band_min_won THEN
            RAISE EXCEPTION 'the band of a prepared letter stays as it is: prepare another one'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_draft_keeps';
        END IF;
    ELSIF (SELECT d.band_min_won FROM vouchers_quotedraft d WHERE d.id = NEW.draft_id) IS DISTINCT FROM NEW.band_min_won THEN
        RAISE EXCEPTION 'nobody of the institution agreed to this band' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_agreed_to';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_draft_band_keeps BEFORE UPDATE ON vouchers_quotedraft
    FOR EACH ROW EXECUTE FUNCTION quote_band_agreed_to();
CREATE TRIGGER quote_band_agreed_to BEFORE INSERT ON vouchers_quote
    FOR EACH ROW EXECUTE FUNCTION quote_band_agreed_to();

CREATE FUNCTION match_final_within_band() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION agreement_within_quote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint; most bigint; band bigint;
BEGIN
    SELECT sum(amount_won) INTO agreed FROM vouchers_agreementline
        WHERE agreement_id = NEW.agreement_id AND match_id = NEW.match_id;
    SELECT q.supply_amount_won, q.band_min_won INTO most, band FROM vouchers_match m
        JOIN vouchers_quote q ON q.id = coalesce(m.final_quote_id, m.quote_id) WHERE m.id = NEW.match_id;
    IF band IS NOT NULL THEN
        RAISE EXCEPTION 'match %: a letter of intent has no final quote yet', NEW.match_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_needs_final_quote';
    END IF;
    IF agreed > most THEN
        RAISE EXCEPTION 'match %: % won agreed, the quote commits to % at most', NEW.match_id, agreed, most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_quote';
    END IF;
    RETURN NULL;
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION agreement_within_quote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint; most bigint;
BEGIN
    SELECT sum(amount_won) INTO agreed FROM vouchers_agreementline
        WHERE agreement_id = NEW.agreement_id AND match_id = NEW.match_id;
    SELECT q.supply_amount_won INTO most FROM vouchers_match m JOIN vouchers_quote q ON q.id = m.quote_id WHERE m.id = NEW.match_id;
    IF agreed > most THEN
        RAISE EXCEPTION 'match %: % won agreed, the quote commits to % at most', NEW.match_id, agreed, most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_quote';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER match_final_within_band ON vouchers_match;
DROP FUNCTION match_final_within_band();
DROP TRIGGER quote_band_agreed_to ON vouchers_quote;
DROP TRIGGER quote_draft_band_keeps ON vouchers_quotedraft;
DROP FUNCTION quote_band_agreed_to();
DROP TRIGGER quote_letter_allowed ON vouchers_quotedraft;
DROP FUNCTION quote_letter_allowed();
"""
BAND = models.Q(
    ("band_min_won__isnull", True),
    models.Q(("band_min_won__gt", 0), ("band_min_won__lte", models.F("supply_amount_won"))),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0086_rankings_kept")]
    operations: ClassVar = [
        migrations.AddField("match", "final_asked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "match",
            "final_quote",
            models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.quote"),
        ),
        migrations.AddField("quote", "band_min_won", portal.kit.won.WonField(null=True)),
        migrations.AddField("quotedraft", "band_min_won", portal.kit.won.WonField(null=True)),
        migrations.AddConstraint(
            "match",
            models.CheckConstraint(
                condition=models.Q(("final_quote__isnull", True), ("final_asked_at__isnull", False), _connector="OR"),
                name="match_final_was_asked",
            ),
        ),
        migrations.AddConstraint("quote", models.CheckConstraint(condition=BAND, name="quote_band")),
        migrations.AddConstraint("quotedraft", models.CheckConstraint(condition=BAND, name="quote_draft_band")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
