"""Every change to decisions, referrals, outcomes and documents: one function, one transaction each."""
