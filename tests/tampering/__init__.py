"""Attempts to rewrite the record, and how each ends."""
