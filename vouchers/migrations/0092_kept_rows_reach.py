"""What stays as it was written, and what is never deleted, is out of the running role's reach too, besides the triggers that refuse
even the owner."""

from typing import ClassVar

from django.db import migrations

WRITTEN_ONCE = (
    "agreementline", "agreementversion", "matchfacts", "matchrun", "objectiondocument", "quote", "quoteline", "scoreversion",
    "selectionline", "selectionrecord", "sourcingnote", "submitteddossier",
)  # fmt: skip
NEVER_DELETED = (
    "account", "agreement", "agreementparty", "allocation", "assignment", "award", "caseconflict", "checkbatchline", "disbursement",
    "feasibilityquery", "inquiry", "lateentry", "objection", "offerproposal", "panelphase", "paymentattempt", "penaltyrecord",
    "quotedraft", "reading", "selectionletter", "selectionrun", "sourcingproposal", "voucher",
)  # fmt: skip


def tables(names: tuple[str, ...]) -> str:
    return ", ".join(f"'vouchers_{name}'" for name in names)


FORWARD = f"""
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee, table_name FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC')
          AND table_name IN ({tables(WRITTEN_ONCE + NEVER_DELETED)})
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON %I FROM %I', one.table_name, one.grantee);
        IF one.table_name IN ({tables(WRITTEN_ONCE)}) THEN
            EXECUTE format('REVOKE UPDATE ON %I FROM %I', one.table_name, one.grantee);
        END IF;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0091_allocations_hold")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
