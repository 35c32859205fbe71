"""Journeys through addresses and workers only, each read as a story."""
