"""Signing in and out: each session is written down, ended for a reason, and told to its owner where it is unusual."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from knox.models import AuthToken

from cases import audit, sessions
from cases.models import AccountNotice, Appointment, SignIn, User
from cases.rows import one_act

End = SignIn.End
# What else a person may end together with their sessions; (user, now) -> how many. Other packages add theirs.
ALSO_ENDED: list[Callable[[User, datetime], int]] = []


def scope_of_account(user_id: int | None) -> str:
    """The chain of one person's account: signing in, failing to, proving it again, sessions that ended."""
    return f"account:{user_id}" if user_id else audit.SCOPE_OF_SERVICE


def record_account(
    action: str, user: User, *, now: datetime, by: Appointment | None = None, data: dict[str, Any] | None = None
) -> None:
    """One event in the chain of an account."""
    audit.record(action, user, scope=scope_of_account(user.pk), by=by, now=now, data=data)


@one_act
def record_sign_in(
    *, user: User, session_key: str, device: str, now: datetime, through: int | None = None, renewal: str = ""
) -> SignIn:
    """Somebody has signed in, ``through`` an agency's provider or with a password; from a new device they are told."""
    before = SignIn.objects.filter(user=user)
    if before.exists() and not before.filter(device=device).exists():
        AccountNotice.objects.create(user=user, kind=AccountNotice.Kind.NEW_DEVICE, device=device, owed_at=now)
    came = {"through_id": through, "renewal": renewal, "confirmed_at": now if through else None}
    made = SignIn.objects.create(user=user, session_key=session_key, device=device, began_at=now, **came)
    told = {"sign_in": made.pk} | ({"own_sign_in": through} if through else {})
    record_account("signed_in", user, now=now, data=told)
    return made


@one_act
def record_token(*, user: User, now: datetime) -> None:
    """A program was given a token: the account is used, as by signing in."""
    User.objects.filter(pk=user.pk).update(last_login=now)
    record_account("token_given", user, now=now)


@one_act
def record_failure(*, email: str, now: datetime) -> None:
    """A sign-in failed; the same is written where no account has the address, in the chain of the service."""
    user = User.objects.filter(email__iexact=email[:254]).first() or User(pk=0)
    audit.record("sign_in_failed", user, scope=scope_of_account(user.pk), by=None, now=now)


@one_act
def record_proof(*, user: User, second_factor: bool, sign_in: int, session_key: str, now: datetime) -> None:
    """Somebody has shown again that it is them, before an act that weighs; their session has a new key from now on."""
    SignIn.objects.filter(pk=sign_in, user=user).update(session_key=session_key)
    record_account("proved_again", user, now=now, data={"second_factor": second_factor})


@one_act
def end_sign_in(*, sign_in: SignIn, why: str, now: datetime) -> bool:
    """The session ends now on every web process; False when it had ended already."""
    held = SignIn.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=sign_in.pk)
    Session.objects.filter(session_key=held.session_key).delete()
    if held.ended_at is not None:
        return False
    held.ended_at, held.end, held.renewal = now, why, ""
    held.save(update_fields=["ended_at", "end", "renewal"])
    record_account("session_ended", held.user, now=now, data={"sign_in": held.pk, "why": why})
    return True


@one_act
def end_all(*, user: User, why: str, now: datetime, besides: str = "") -> int:
    """Every session of the person ends, but the one with the key ``besides``."""
    running = SignIn.objects.filter(user=user, ended_at=None).exclude(session_key=besides).order_by("pk")
    return sum(end_sign_in(sign_in=found, why=why, now=now) for found in running)


@one_act
def end_tokens(*, user: User, now: datetime) -> int:
    """Every token with which a program acts for the person stops working."""
    ended: int = AuthToken.objects.filter(user=user).delete()[0]
    if ended:
        record_account("tokens_ended", user, now=now, data={"tokens": ended})
    return ended


@one_act
def end_access(*, user: User, why: str, now: datetime) -> None:
    """All sessions and tokens of an account that is closed, has no role any more, or got a new password."""
    end_all(user=user, why=why, now=now)
    end_tokens(user=user, now=now)


@one_act
def end_addresses(*, user: User, now: datetime) -> int:
    """Every other secret of the person that opens something, such as the address of their calendar."""
    return sum(end(user, now) for end in ALSO_ENDED)


@one_act
def record_new_password(*, user: User, now: datetime) -> None:
    """A new password ends whatever was open under the old one, and the person is told."""
    end_access(user=user, why=End.PASSWORD, now=now)
    AccountNotice.objects.create(user=user, kind=AccountNotice.Kind.PASSWORD, owed_at=now)
    record_account("password_set", user, now=now)


def end_old(*, now: datetime, at: float) -> int:
    """Write down the end of sessions nobody came back to; returns how many ended."""
    ended = 0
    for found in SignIn.objects.filter(ended_at=None).order_by("pk").iterator():
        if why := _why_over(found, now=now, at=at):
            ended += end_sign_in(sign_in=found, why=why, now=now)
    Session.objects.filter(expire_date__lt=now).delete()
    return ended


def _why_over(found: SignIn, *, now: datetime, at: float) -> str:
    kept = Session.objects.filter(session_key=found.session_key).first()
    if kept is None or now - found.began_at >= timedelta(seconds=sessions.LONGEST):
        return str(End.TOO_LONG)
    return sessions.why_over(kept.get_decoded(), at=at)
