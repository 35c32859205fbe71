"""Who and what: partnerships, agencies, people and their roles, persons at risk, cases, the audit trail."""
