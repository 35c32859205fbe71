"""Pages that only a demonstration has: its invented people and the e-mails it sent."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.demo import DEMO_PASSWORD, demo_mails, demo_people
from cases.http import NOT_FOUND


@require_safe
@login_not_required
def people(request: HttpRequest) -> HttpResponse:
    """Whom one can sign in as, by partnership."""
    _only_in_a_demonstration()
    found = demo_people(timezone.localdate())
    groups = [(name, list(members)) for name, members in groupby(found, key=lambda person: person.partnership)]
    return render(request, "account/demo_people.html", {"groups": groups, "password": DEMO_PASSWORD})


@require_safe
@login_not_required
def mail(request: HttpRequest) -> HttpResponse:
    """The e-mails that would have been sent, newest first."""
    _only_in_a_demonstration()
    return render(request, "account/demo_mail.html", {"mails": demo_mails()})


def _only_in_a_demonstration() -> None:
    if not settings.DEMO:
        raise Http404(NOT_FOUND)
