"""Disputes as they climb the protocol; also the project's settings, URLs and workers."""
