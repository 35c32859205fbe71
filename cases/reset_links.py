"""Links in mails about one's account, which die with it: for a new password, and for coming in the first time."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36

from cases.acting import has_left
from cases.models import User


class LinkForNewPassword(PasswordResetTokenGenerator):
    """As Django makes them, from the address and the password of the moment; dead once the account is closed or left."""

    def check_token(self, user: AbstractBaseUser | None, token: str | None) -> bool:
        if not isinstance(user, User) or not user.is_active or has_left(user, day=timezone.localdate()):
            return False
        return super().check_token(user, token)


class LinkForFirstSignIn(LinkForNewPassword):
    """The same for linking an account of one's organisation; whoever signs in makes every such link of theirs void."""

    key_salt = "cases.reset_links.LinkForFirstSignIn"


def first_link(user: User) -> str:
    """What the address in the mail ends with."""
    return f"{int_to_base36(user.pk)}-{LinkForFirstSignIn().make_token(user)}"


def person_of_link(key: str) -> User | None:
    """Whose link this is, while it holds."""
    person, _, token = key.partition("-")
    try:
        user = User.objects.filter(pk=base36_to_int(person)).first()
    except (ValueError, OverflowError):
        return None
    return user if LinkForFirstSignIn().check_token(user, token) else None
