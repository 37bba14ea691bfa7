"""A registration may be taken back while no transfer holds the payment; what stands before a step names nobody who took it."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION disbursement_unregister_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: a transfer holds it, so its registration stands', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_registration_held';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_unregister_guard BEFORE UPDATE OF status ON vouchers_disbursement
    FOR EACH ROW WHEN (OLD.status = 'REGISTERED' AND NEW.status IN ('APPROVED', 'EVIDENCE_CHECKED', 'FAILED', 'SENT_BACK'))
    EXECUTE FUNCTION disbursement_unregister_guard();
"""
BACKWARD = """
DROP TRIGGER disbursement_unregister_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_unregister_guard();
"""
BEFORE_APPROVAL = ["REQUESTED", "COMPANY_CONFIRMED", "EVIDENCE_CHECKED", "SENT_BACK"]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0105_payment_answers_guards")]
    operations: ClassVar = [
        migrations.AlterModelOptions(
            name="disbursement",
            options={
                "permissions": [
                    ("request_disbursement", "Request a disbursement"),
                    ("confirm_disbursement", "Confirm a disbursement for the company"),
                    ("check_evidence", "Check evidence"),
                    ("approve_disbursement", "Approve a disbursement"),
                    ("register_disbursement", "Register a payment"),
                    ("unregister_disbursement", "Take the registration of a payment back"),
                    ("resolve_attempt", "Resolve a parked payment"),
                ],
                "verbose_name": "disbursement",
                "verbose_name_plural": "disbursements",
            },
        ),
        migrations.AddConstraint(
            "disbursement",
            models.CheckConstraint(
                condition=models.Q(("status__in", [*BEFORE_APPROVAL, "APPROVED"]), _negated=True)
                | models.Q(("registered_at__isnull", True), ("registered_by__isnull", True)),
                name="disbursement_not_registered",
            ),
        ),
        migrations.AddConstraint(
            "disbursement",
            models.CheckConstraint(
                condition=models.Q(("status__in", BEFORE_APPROVAL), _negated=True)
                | models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                name="disbursement_not_approved",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
