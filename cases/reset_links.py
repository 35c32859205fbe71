"""Links for a new password, which die with the account."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils import timezone

from cases.acting import has_left
from cases.models import User


class LinkForNewPassword(PasswordResetTokenGenerator):
    """As Django makes them, from the address and the password of the moment; dead once the account is closed or left."""

    def check_token(self, user: AbstractBaseUser | None, token: str | None) -> bool:
        if not isinstance(user, User) or not user.is_active or has_left(user, day=timezone.localdate()):
            return False
        return super().check_token(user, token)
