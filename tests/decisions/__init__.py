"""Tests of decisions, referrals, outcomes and documents."""
