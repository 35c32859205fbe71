"""The entry point the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")
os.environ["ROWS_SHOWN"] = "nobody"  # until a request says who acts

application = get_wsgi_application()
