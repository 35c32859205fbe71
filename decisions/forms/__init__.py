"""Forms of decisions, referrals and outcomes: guided questions, each with a good answer in one line."""
