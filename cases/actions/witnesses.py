"""Two people who state something of the audit trail itself, and show at the console by password and code who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from cases.acting import is_suspended, roles_of
from cases.actions.second_factors import has_second_factor
from cases.actions.sign_ins import record_account, record_failure
from cases.errors import Refused
from cases.models import Appointment, User
from cases.roles import Role
from cases.rows import one_act

MAY_WITNESS = (Role.BOARD_MANAGER, Role.CHAIR, Role.SAFEGUARDING_LEAD, Role.AUDITOR)
WRONG = "No account that may do this has this e-mail address, password and code."
NOT_TWICE = "This takes two different people."
BY_CODE = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


@dataclass(frozen=True)
class Shown:
    """What somebody shows of themselves at the console."""

    email: str
    password: str
    code: str = ""


def witness(shown: Shown, *, now: datetime) -> Appointment:
    """Who this is, in the first role of theirs that may state such a thing; every failure is the same, and written down."""
    user = User.objects.filter(email__iexact=shown.email[:254], is_active=True).first()
    held = _role_of(user, shown, now) if user is not None else None
    if user is None or held is None:
        record_failure(email=shown.email, now=now)
        raise Refused(WRONG, code="forbidden")
    _record(user, now)
    return held


@one_act
def _record(user: User, now: datetime) -> None:
    record_account("proved_again", user, now=now, data={"second_factor": has_second_factor(user)})


def _role_of(user: User, shown: Shown, now: datetime) -> Appointment | None:
    if not user.check_password(shown.password) or is_suspended(user) or not _has_shown_second(user, shown.code):
        return None
    roles = roles_of(user, day=timezone.localdate(now))
    return next((held for held in roles if held.role in MAY_WITNESS and held.in_place_of_id is None), None)


def _has_shown_second(user: User, code: str) -> bool:
    """A code of the app, or a recovery code, where the account or the service asks for a second factor."""
    if not has_second_factor(user):
        return not settings.MFA_REQUIRED
    found = Authenticator.objects.filter(user=user, type__in=BY_CODE)
    return any(one.wrap().validate_code(code) for one in found)


def two_people(first: Shown, second: Shown, *, now: datetime) -> tuple[Appointment, Appointment]:
    """Both, and that they are not one."""
    one, other = witness(first, now=now), witness(second, now=now)
    if one.user_id == other.user_id:
        raise Refused(NOT_TWICE, code="forbidden")
    return one, other
