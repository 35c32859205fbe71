"""Pages of disputes: what people see and do, each verb a form with its own page."""
