"""Tests: they mirror the source, and journeys, faults and browser tests stand beside."""
