"""Tests of whoever is asked outside the partnership."""
