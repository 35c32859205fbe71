"""Commands run with manage.py, one per module."""
