"""The entry point the web server calls; it does not come up over a database that is older than its newest checkpoint."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")
os.environ["ROWS_SHOWN"] = "nobody"  # until a request says who acts

application = get_wsgi_application()
import_module("cases.starting").refuse_if_older()  # it reads models, which are there only now
