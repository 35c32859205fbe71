"""How an agency's people sign in through their own organisation, and which account of it belongs to whom here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.partnership import Agency


class AgencySignIn(models.Model):
    """An agency's own provider of identities (OpenID Connect), as whoever runs the service has set it up."""

    class Subject(models.TextChoices):
        OID = "oid", "the object id of Entra ID"
        SUB = "sub", "the subject of the standard"

    class FactorClaim(models.TextChoices):
        AMR = "amr", "the methods that were used"
        ACR = "acr", "the class of the sign-in"
        ACRS = "acrs", "the authentication context of Entra ID"

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="own_sign_in")
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=200)
    secret = models.TextField(help_text="The client's secret, sealed (cases.sealed).")
    subject_claim = models.CharField(max_length=3, choices=Subject.choices)
    factor_claim = models.CharField(
        max_length=4, choices=FactorClaim.choices, blank=True, help_text="What says that a second factor was shown there."
    )  # fmt: skip
    factor_value = models.CharField(max_length=60, blank=True)
    is_only_way = models.BooleanField(default=False, help_text="Whoever is linked signs in with a password here no more.")
    is_asked_again = models.BooleanField(
        default=True, help_text="Every ten minutes it is asked whether the account of each session is still open there."
    )
    set_up_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(factor_claim="", factor_value="") | (~Q(factor_claim="") & ~Q(factor_value="")),
                name="own_sign_in_claim_has_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"own sign-in {self.pk}"


class SignInLink(models.Model):
    """The account of somebody here is that subject at that issuer; matched on these two alone, never on an e-mail address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_in_links")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=Q(ended_at=None), name="subject_is_one_account"
            ),
            models.UniqueConstraint(fields=["user", "issuer"], condition=Q(ended_at=None), name="account_is_one_subject"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"
