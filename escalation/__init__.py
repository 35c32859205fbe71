"""Disputes as they climb the protocol; also the project's settings, URLs and workers."""

from escalation.celery import app as celery_app

__all__ = ["celery_app"]
