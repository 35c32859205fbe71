"""The pages of decisions, referrals, outcomes and documents."""
