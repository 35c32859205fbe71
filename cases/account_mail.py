"""What people are told by e-mail about their own account: after the act, again until the mail server took it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from cases.models import AccountNotice
from cases.reset_links import first_link
from cases.templatetags.dates import date_and_time

BATCH = 100


def deliver_owed(*, now: datetime) -> int:
    """Send what is owed; returns how many went. A mail server that refuses one gets it again at the next round."""
    owed = AccountNotice.objects.filter(sent_at=None).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sum(_deliver(pk, now) for pk in owed)


@transaction.atomic
def _deliver(pk: int, now: datetime) -> bool:
    rows = AccountNotice.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("user")
    found = rows.filter(pk=pk, sent_at=None).first()
    if found is None:
        return False
    told = {
        "device": found.device, "when": date_and_time(found.owed_at),
        "reset_url": settings.BASE_URL + reverse("account_reset_password"),
        "sign_in_url": settings.BASE_URL + reverse("account_login"),
        "lists_url": settings.BASE_URL + reverse("attestation_lists"),
        "readers_url": f"{settings.BASE_URL}{reverse('readers')}?week={found.device}",
        "directory_url": settings.BASE_URL + reverse("directory"),
        "account_url": settings.BASE_URL + reverse("account"),
        "first_url": settings.BASE_URL + reverse("first_link", args=[first_link(found.user)]),
    }  # fmt: skip
    try:
        subject = render_to_string(f"account/email/{found.kind}_subject.txt", told).strip()
        text = render_to_string(f"account/email/{found.kind}_message.txt", told).strip()
        send_mail(subject, text, None, [found.user.email])
    except OSError:
        return False
    found.sent_at = now
    found.save(update_fields=["sent_at"])
    return True
