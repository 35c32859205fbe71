"""An agency's own provider is set up and ended; accounts of it are linked to invited people, found, asked for, taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cases import audit, oidc, sealed
from cases.acting import has_left, is_suspended
from cases.actions.second_factors import has_second_factor
from cases.actions.sign_ins import end_sign_in, record_account, scope_of_account
from cases.errors import Refused
from cases.models import AccountNotice, Agency, AgencySignIn, Appointment, SignIn, SignInLink, User
from cases.oidc import NotTrusted
from cases.rows import one_act

Kind = AccountNotice.Kind
LINKED_ELSEWHERE = "That account of your organisation is linked to somebody else here. Ask your agency’s safeguarding lead."
HAS_ONE = "Another account of your organisation is linked already. Take it off first."
NOT_THERE = "This account was taken off already."
FIRST_AGAIN = timedelta(minutes=5)  # at most one link for the first time in so long
ASKED_EVERY = timedelta(minutes=10)
AT_ONCE = 50


@dataclass(frozen=True)
class Given:
    """What whoever runs the service was told by the agency."""

    issuer: str
    client_id: str
    secret: str
    subject_claim: str
    factor_claim: str = ""
    factor_value: str = ""
    is_only_way: bool = False
    is_asked_again: bool = True


@one_act
def set_up(*, agency: Agency, given: Given, now: datetime) -> AgencySignIn:
    """From now on the agency's people may sign in through it; what began under another issuer or client ends."""
    told = asdict(given) | {"secret": sealed.seal(given.secret), "set_up_at": now, "ended_at": None}
    before = AgencySignIn.objects.select_for_update(no_key=True).filter(agency=agency).first()
    moved = before is not None and (before.issuer, before.client_id) != (given.issuer, given.client_id)
    if before is not None and moved:
        _end_sessions(before, now)
    own, _ = AgencySignIn.objects.update_or_create(agency=agency, defaults=told)
    _record("own_sign_in_set_up", own, now, {"moved": moved, "only_way": given.is_only_way, "factor": given.factor_claim})
    return own


@one_act
def end(*, own: AgencySignIn, now: datetime) -> int:
    """Nobody signs in through it any more, and what began with it ends; returns how many sessions."""
    AgencySignIn.objects.filter(pk=own.pk).update(ended_at=now)
    _record("own_sign_in_ended", own, now, {})
    return _end_sessions(own, now)


def in_force() -> QuerySet[AgencySignIn]:
    """The providers through which people may sign in."""
    return AgencySignIn.objects.filter(ended_at=None).select_related("agency").order_by("agency__name", "pk")


def are_offered() -> bool:
    """Whether any organisation lets its people sign in with its own accounts."""
    return AgencySignIn.objects.filter(ended_at=None).exists()


def client_of(own: AgencySignIn) -> oidc.Client:
    """What the service is there, with its secret opened."""
    return oidc.Client(own.issuer, own.client_id, sealed.unseal(own.secret))


def agencies_under(own: AgencySignIn) -> list[int]:
    """The agencies that vouch for their people with this issuer: a session through it acts for no other."""
    return list(in_force().filter(issuer=own.issuer).order_by("agency_id").values_list("agency_id", flat=True))


def offered_to(roles: Sequence[Appointment]) -> list[AgencySignIn]:
    """The providers of the agencies of these roles."""
    return list(in_force().filter(agency__in={role.agency_id for role in roles if role.agency_id}))


def links_of(user: Any) -> QuerySet[SignInLink]:
    """The accounts elsewhere that open this one."""
    return SignInLink.objects.filter(user=user, ended_at=None)


def must_come_through(user: User, *, day: date) -> bool:
    """Whether a password does not open this account any more, because their agency vouches for them alone."""
    only = in_force().filter(is_only_way=True, agency__in=_roles(user, day).values("agency"))
    return links_of(user).filter(issuer__in=only.order_by().values("issuer")).exists()


def user_of(*, own: AgencySignIn, subject: str, day: date) -> User:
    """Whose account that is: an invited person's with a role at that very agency, or nobody's."""
    link = SignInLink.objects.filter(issuer=own.issuer, subject=subject, ended_at=None).select_related("user").first()
    if link is None:
        raise NotTrusted("unknown_subject")
    may_come_in(link.user, own, day)
    return link.user


def may_come_in(user: User, own: AgencySignIn, day: date) -> None:
    """Stop whoever is closed, suspended, gone, or has no role at the agency whose provider it is."""
    if not user.is_active or has_left(user, day=day):
        raise NotTrusted("closed", user.pk)
    if is_suspended(user):
        raise NotTrusted("suspended", user.pk)
    if not _roles(user, day).filter(agency=own.agency_id).exists():
        raise NotTrusted("no_role_at_agency", user.pk)


@one_act
def link(*, user: User, own: AgencySignIn, subject: str, now: datetime) -> SignInLink:
    """From now on that subject at that issuer is this person."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if links_of(user).filter(issuer=own.issuer).exists():
        raise Refused(HAS_ONE, code="stale")
    try:
        with transaction.atomic():
            made = SignInLink.objects.create(user=user, issuer=own.issuer, subject=subject, linked_at=now)
    except IntegrityError as error:
        raise Refused(LINKED_ELSEWHERE, code="stale") from error
    AccountNotice.objects.create(user=user, kind=Kind.LINKED, owed_at=now)
    record_account("sign_in_linked", user, now=now, data={"link": made.pk, "own_sign_in": own.pk})
    return made


@one_act
def unlink(*, user: User, pk: int, now: datetime, besides: str = "") -> None:
    """That subject is nobody here any more; what it opened ends, but for the session with the key ``besides``."""
    found = links_of(user).select_for_update(no_key=True).filter(pk=pk).first()
    if found is None:
        raise Refused(NOT_THERE, code="stale")
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    opened = SignIn.objects.filter(user=user, through__issuer=found.issuer, ended_at=None).exclude(session_key=besides)
    for session in opened.order_by("pk"):
        end_sign_in(sign_in=session, why=SignIn.End.ENDED, now=now)
    AccountNotice.objects.create(user=user, kind=Kind.UNLINKED, owed_at=now)
    record_account("sign_in_unlinked", user, now=now, data={"link": found.pk})


def may_begin_with(user: User, *, day: date) -> list[AgencySignIn]:
    """Where somebody newly invited may link by a link in a mail; whoever has a factor or a link does it when signed in."""
    is_open = user.is_active and not is_suspended(user)
    if not is_open or has_second_factor(user) or links_of(user).exists() or Authenticator.objects.filter(user=user).exists():
        return []
    return offered_to(list(_roles(user, day)))


@one_act
def offer_first(*, email: str, day: date, now: datetime) -> None:
    """Owe a newly invited person a mail with a link; whoever asked is told the same whether there is one or not."""
    user = User.objects.filter(email__iexact=email[:254]).first()
    if user is None or not may_begin_with(user, day=day):
        return
    owed = AccountNotice.objects.filter(user=user, kind=Kind.FIRST_SIGN_IN, owed_at__gt=now - FIRST_AGAIN)
    if not owed.exists():
        AccountNotice.objects.create(user=user, kind=Kind.FIRST_SIGN_IN, owed_at=now)


@one_act
def record_refusal(*, pk: int, code: str, user_id: int | None, now: datetime) -> None:
    """Somebody was not let in: why, in a word, and whose account it would have been, as far as that is known."""
    own = AgencySignIn(pk=pk)
    audit.record("own_sign_in_refused", own, scope=scope_of_account(user_id), by=None, now=now, data={"why": code})


def ask_again(*, now: datetime) -> int:
    """Ask each provider whether the accounts behind running sessions are still open there; how many sessions ended."""
    due = SignIn.objects.filter(ended_at=None, confirmed_at__lte=now - ASKED_EVERY).exclude(renewal="")
    return sum(_ask_again(found, now) for found in due.select_related("through", "user").order_by("confirmed_at")[:AT_ONCE])


def _ask_again(found: SignIn, now: datetime) -> bool:
    """Whoever moves the time first asks, holding no lock; a provider that cannot be reached ends nothing and is asked again."""
    mine = SignIn.objects.filter(pk=found.pk, ended_at=None)
    if found.through is None or not mine.filter(confirmed_at=found.confirmed_at).update(confirmed_at=now):
        return False
    own, kept = found.through, sealed.unseal(found.renewal)
    try:
        renewal = oidc.renew(oidc.find(own.issuer), client_of(own), renewal=kept)
    except NotTrusted as error:
        if error.code == "invalid_grant":
            return end_sign_in(sign_in=found, why=SignIn.End.DIRECTORY, now=now)
        mine.update(confirmed_at=found.confirmed_at)
        return False
    mine.update(renewal=sealed.seal(renewal))
    return False


def _end_sessions(own: AgencySignIn, now: datetime) -> int:
    running = SignIn.objects.filter(through=own, ended_at=None).order_by("pk")
    return sum(end_sign_in(sign_in=found, why=SignIn.End.DIRECTORY, now=now) for found in running)


def _roles(user: User, day: date) -> QuerySet[Appointment]:
    return Appointment.objects.active_on(day).filter(user=user)


def _record(action: str, own: AgencySignIn, now: datetime, data: dict[str, Any]) -> None:
    audit.record(action, own, scope=audit.scope_of_agency(own.agency_id), by=None, now=now, data=data)
