"""The JSON API of decisions, referrals, outcomes and documents: the same acts and the same visibility as the pages."""
