"""Tests of disputes, protocols and the clock."""
