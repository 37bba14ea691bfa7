"""What the database itself guards in the ledger.

Entries and events are immutable, every event sums to zero at commit, and the balance of a pot moves only with its
entries: an UPDATE of balance_won by anybody but the trigger is refused, and the CHECK on the account (balance ≥ 0) makes
an overdraft impossible even by SQL from two connections. Plain SQL, since a trigger library can be switched off per session.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_immutable BEFORE UPDATE OR DELETE ON vouchers_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON vouchers_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_immutable BEFORE UPDATE OR DELETE ON vouchers_ledgerevent
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON vouchers_ledgerevent
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE vouchers_account SET balance_won = balance_won + NEW.amount_won WHERE id = NEW.account_id;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_balance AFTER INSERT ON vouchers_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_balance();

CREATE FUNCTION ledger_guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a ledger account is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance_won <> 0 THEN
            RAISE EXCEPTION 'a ledger account opens with nothing' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.balance_won <> OLD.balance_won AND pg_trigger_depth() < 2)
       OR NEW.kind <> OLD.kind OR NEW.round_id <> OLD.round_id OR NEW.owner_ref <> OLD.owner_ref THEN
        RAISE EXCEPTION 'a balance moves only with its entries' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_account
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_balance();

CREATE FUNCTION ledger_event_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total numeric; lines integer; plus numeric; wanted bigint; the_event bigint;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_entry' THEN the_event := NEW.event_id; ELSE the_event := NEW.id; END IF;
    SELECT coalesce(sum(amount_won), 0), count(*), coalesce(sum(amount_won) FILTER (WHERE amount_won > 0), 0)
        INTO total, lines, plus FROM vouchers_entry WHERE event_id = the_event;
    SELECT amount_won INTO wanted FROM vouchers_ledgerevent WHERE id = the_event;
    IF total <> 0 OR lines < 2 OR plus <> wanted THEN
        RAISE EXCEPTION 'ledger event % does not balance: sum %, lines %', the_event, total, lines
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON vouchers_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_event_balanced();
CREATE CONSTRAINT TRIGGER ledger_events_balanced AFTER INSERT ON vouchers_ledgerevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_event_balanced();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN  -- the role that runs the portal owns nothing
        REVOKE UPDATE, DELETE, TRUNCATE ON vouchers_entry, vouchers_ledgerevent FROM portal_app;
    END IF;
END $$;
"""
BACKWARD = """
DROP TRIGGER ledger_events_balanced ON vouchers_ledgerevent;
DROP TRIGGER ledger_entries_balanced ON vouchers_entry;
DROP FUNCTION ledger_event_balanced();
DROP TRIGGER ledger_account_guard ON vouchers_account;
DROP FUNCTION ledger_guard_balance();
DROP TRIGGER ledger_entry_balance ON vouchers_entry;
DROP FUNCTION ledger_keep_balance();
DROP TRIGGER ledger_event_no_truncate ON vouchers_ledgerevent;
DROP TRIGGER ledger_event_immutable ON vouchers_ledgerevent;
DROP TRIGGER ledger_entry_no_truncate ON vouchers_entry;
DROP TRIGGER ledger_entry_immutable ON vouchers_entry;
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0003_companies_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
