"""Rehearsals: marked, on test companies alone, without money, awards and quotes; promoted by another than asked for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION rehearsal_application_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT kind = 'REHEARSAL' FROM vouchers_round WHERE id = NEW.round_id)
       <> (SELECT is_rehearsal FROM vouchers_company WHERE id = NEW.company_id) THEN
        RAISE EXCEPTION 'test companies apply in rehearsals, and nobody else does' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_rehearsal_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_application_guard BEFORE INSERT OR UPDATE OF round_id, company_id ON vouchers_application
    FOR EACH ROW EXECUTE FUNCTION rehearsal_application_guard();

CREATE FUNCTION rehearsal_without_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT kind = 'REHEARSAL' FROM vouchers_round WHERE id = NEW.round_id) THEN
        RAISE EXCEPTION 'a rehearsal never has money' USING ERRCODE = 'check_violation', CONSTRAINT = 'rehearsal_without_money';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_account_guard BEFORE INSERT OR UPDATE OF round_id ON vouchers_account
    FOR EACH ROW EXECUTE FUNCTION rehearsal_without_money();
CREATE TRIGGER rehearsal_ledger_guard BEFORE INSERT ON vouchers_ledgerevent
    FOR EACH ROW EXECUTE FUNCTION rehearsal_without_money();

CREATE FUNCTION rehearsal_award_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_rehearsal FROM vouchers_company WHERE id =
            (SELECT company_id FROM vouchers_application WHERE id = NEW.application_id)) THEN
        RAISE EXCEPTION 'a rehearsal ends with its released selection' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'rehearsal_without_award';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_award_guard BEFORE INSERT ON vouchers_award
    FOR EACH ROW EXECUTE FUNCTION rehearsal_award_guard();

CREATE FUNCTION rehearsal_quote_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT is_rehearsal FROM vouchers_company WHERE id = (SELECT company_id FROM vouchers_need WHERE id = NEW.need_id)) THEN
        RAISE EXCEPTION 'a test company asks no provider' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'rehearsal_without_quote';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_quote_guard BEFORE INSERT ON vouchers_quoterequest
    FOR EACH ROW EXECUTE FUNCTION rehearsal_quote_guard();

CREATE FUNCTION rehearsal_company_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a test company stays one, and no other becomes one' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'company_rehearsal_stays';
END $$;
CREATE TRIGGER rehearsal_company_guard BEFORE UPDATE OF is_rehearsal ON vouchers_company
    FOR EACH ROW WHEN (OLD.is_rehearsal <> NEW.is_rehearsal) EXECUTE FUNCTION rehearsal_company_guard();
"""
BACK = """
DROP TRIGGER rehearsal_company_guard ON vouchers_company;
DROP FUNCTION rehearsal_company_guard();
DROP TRIGGER rehearsal_quote_guard ON vouchers_quoterequest;
DROP FUNCTION rehearsal_quote_guard();
DROP TRIGGER rehearsal_award_guard ON vouchers_award;
DROP FUNCTION rehearsal_award_guard();
DROP TRIGGER rehearsal_ledger_guard ON vouchers_ledgerevent;
DROP TRIGGER rehearsal_account_guard ON vouchers_account;
DROP FUNCTION rehearsal_without_money();
DROP TRIGGER rehearsal_application_guard ON vouchers_application;
DROP FUNCTION rehearsal_application_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_role_grants_apart"),
        ("documents", "0003_documents_erased"),
        ("vouchers", "0057_blind_document_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="is_rehearsal",
            field=models.BooleanField(default=False, editable=False, verbose_name="Test company of rehearsals"),
        ),
        migrations.AddField(
            model_name="round",
            name="promoted_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="promotion_asked_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="rehearsed_in",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.round",
                verbose_name="Rehearsed in",
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_rehearsal", False),
                    models.Q(
                        ("name_en__startswith", "[Rehearsal] "),
                        ("name_ko__startswith", "[모의] "),
                        ("service_email__endswith", ".example"),
                    ),
                    _connector="OR",
                ),
                name="company_rehearsal_is_marked",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "REHEARSAL"), _negated=True),
                    models.Q(("title_ko__startswith", "[모의] "), ("title_en__startswith", "[Rehearsal] ")),
                    _connector="OR",
                ),
                name="round_rehearsal_is_marked",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("promoted_by__isnull", True),
                    models.Q(
                        ("promotion_asked_by__isnull", False),
                        models.Q(("promoted_by", models.F("promotion_asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="round_promoted_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("promotion_asked_by__isnull", True), ("kind", "REHEARSAL"), _connector="OR"),
                name="round_rehearsal_promoted",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("rehearsed_in__isnull", True), ("kind", "LIVE"), _connector="OR"),
                name="round_rehearsed_is_live",
            ),
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
