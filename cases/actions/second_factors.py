"""Second factors of an account: an app that shows codes, security keys, recovery codes; each change is written down and told."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings

from cases.actions.sign_ins import end_all, end_tokens, record_account
from cases.errors import Refused
from cases.models import AccountNotice, SignIn, User
from cases.rows import one_act

Type = Authenticator.Type
Kind = AccountNotice.Kind
OWN = (Type.TOTP, Type.WEBAUTHN)  # recovery codes only stand in for one of these
CALLED = {Type.TOTP: "an authenticator app", Type.WEBAUTHN: "a security key", Type.RECOVERY_CODES: "recovery codes"}
LAST_ONE = "This is your only second factor, and this service needs one. Add another first."
WRONG_CODE = "This code is wrong, was used already, or is too old. Enter the one that your app shows now"
ONE_APP = "You have an authenticator app already. Remove it first, if you have a new phone."


def has_second_factor(user: Any) -> bool:
    """Whether signing in asks this person for more than the password."""
    return bool(Authenticator.objects.filter(user=user, type__in=OWN).exists())


@one_act
def add_app(*, user: User, secret: str, code: str, session_key: str, now: datetime) -> Authenticator:
    """An app that shows codes, once it has shown a right one, which is used up by that."""
    _hold(user)
    if Authenticator.objects.filter(user=user, type=Type.TOTP).exists():
        raise Refused(ONE_APP, code="stale")
    made: Authenticator = totp.TOTP.activate(user, secret).instance
    if not _is_next(made, code):
        raise Refused(WRONG_CODE, field="code")
    return _added(made, session_key, now)


@one_act
def add_key(*, user: User, name: str, credential: dict[str, Any], session_key: str, now: datetime) -> Authenticator:
    """A security key, or the fingerprint or face of a device."""
    _hold(user)
    made: Authenticator = WebAuthn.add(user, name, credential).instance
    return _added(made, session_key, now)


def _added(made: Authenticator, session_key: str, now: datetime) -> Authenticator:
    """What was open without a second factor ends with the first one; the recovery codes come with it."""
    first = Authenticator.objects.filter(user=made.user, type__in=OWN).count() == 1
    record_account("second_factor_added", made.user, now=now, data={"type": made.type, "factor": made.pk})
    AccountNotice.objects.create(user=made.user, kind=Kind.FACTOR_ADDED, device=CALLED[made.type], owed_at=now)
    if first:
        end_all(user=made.user, why=SignIn.End.FACTOR, now=now, besides=session_key)
        end_tokens(user=made.user, now=now)
        RecoveryCodes.activate(made.user)
        record_account("recovery_codes_made", made.user, now=now)
    return made


@one_act
def remove(*, factor: Authenticator, now: datetime) -> None:
    """One factor goes; with the last one the recovery codes as well."""
    user = _hold(factor.user)
    held = Authenticator.objects.filter(user=user, pk=factor.pk, type__in=OWN).first()
    if held is None:
        raise Refused("This second factor is removed already.", code="stale")
    others = Authenticator.objects.filter(user=user, type__in=OWN).exclude(pk=held.pk)
    if settings.MFA_REQUIRED and not others.exists():
        raise Refused(LAST_ONE, code="shut")
    _removed(user, [held], now)
    if not others.exists():
        Authenticator.objects.filter(user=user).delete()


@one_act
def take_away_all(*, user: User, now: datetime) -> None:
    """After a device was lost: everything goes, and whatever is open with it."""
    _removed(_hold(user), list(Authenticator.objects.filter(user=user)), now)
    end_all(user=user, why=SignIn.End.FACTOR, now=now)
    end_tokens(user=user, now=now)


def _removed(user: User, factors: list[Authenticator], now: datetime) -> None:
    for factor in factors:
        record_account("second_factor_removed", user, now=now, data={"type": factor.type, "factor": factor.pk})
        if factor.type in OWN:
            AccountNotice.objects.create(user=user, kind=Kind.FACTOR_REMOVED, device=CALLED[factor.type], owed_at=now)
        factor.delete()


@one_act
def make_codes(*, user: User, now: datetime) -> None:
    """New recovery codes; those before them open nothing any more."""
    _hold(user)
    if not has_second_factor(user):
        raise Refused("Recovery codes stand in for an app or a key. Add one of those first.", code="shut")
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)
    record_account("recovery_codes_made", user, now=now)
    AccountNotice.objects.create(user=user, kind=Kind.CODES_MADE, owed_at=now)


@one_act
def codes_to_show(*, user: User) -> list[str]:
    """The recovery codes, this one time; nothing when they were shown already."""
    held = Authenticator.objects.select_for_update(no_key=True).filter(user=user, type=Type.RECOVERY_CODES).first()
    if held is None or held.wrap().did_view:
        return []
    codes: list[str] = held.wrap().get_unused_codes()
    held.wrap().mark_as_viewed()
    return codes


def codes_wait(user: User) -> bool:
    """Whether there are recovery codes that the person has not seen yet."""
    held = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return held is not None and not held.wrap().did_view


def codes_left(user: User) -> int | None:
    """How many recovery codes have not been used; None for somebody without any."""
    held = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return len(held.wrap().get_unused_codes()) if held else None


@one_act
def use_code(*, user: User, code: str, now: datetime) -> Authenticator | None:
    """The app or the recovery codes to which this code belongs, used up now; None for a wrong or used one."""
    typed = without_spaces(code)
    factors = Authenticator.objects.select_for_update(no_key=True).filter(user=user).exclude(type=Type.WEBAUTHN)
    for held in factors.order_by("-type"):
        if held.type == Type.TOTP and _is_next(held, typed):
            return held
        if held.type == Type.RECOVERY_CODES and held.wrap().validate_code(typed):
            record_account("recovery_code_used", user, now=now)
            AccountNotice.objects.create(user=user, kind=Kind.CODE_USED, device=str(codes_left(user)), owed_at=now)
            return held
    record_account("second_factor_failed", user, now=now)
    return None


def without_spaces(code: str) -> str:
    """A code as it is compared: apps show it in two groups."""
    return "".join(code.split())


def _is_next(held: Authenticator, typed: str) -> bool:
    """Whether the app shows this code now and no code of this or a later moment was used: each works once."""
    secret = decrypt(held.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        right = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if counter > held.data.get("used", 0) and compare_digest(right.encode(), typed.encode()):
            held.data["used"] = counter
            held.save(update_fields=["data"])
            return True
    return False


def _hold(user: User) -> User:
    """The account, so that two changes come one after the other."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)
