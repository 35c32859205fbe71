-- The two database roles: one owns the tables and runs migrations; the web server and the workers use
-- the other, which owns nothing and may only read and write rows. Run as a superuser inside the
-- product's own database, after `CREATE DATABASE escalation OWNER escalation_owner`.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE escalation FROM PUBLIC;
GRANT CONNECT ON DATABASE escalation TO escalation_web;
GRANT USAGE ON SCHEMA public TO escalation_web;
ALTER DEFAULT PRIVILEGES FOR ROLE escalation_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO escalation_web;
ALTER DEFAULT PRIVILEGES FOR ROLE escalation_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO escalation_web;
