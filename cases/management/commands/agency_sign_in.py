"""manage.py agency_sign_in list | set | end: which agencies let their people sign in with their own organisation's accounts."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases import elsewhere, oidc
from cases.actions import own_sign_ins
from cases.clock import database_now
from cases.models import Agency, AgencySignIn

NOT_FOUND = "There is no such provider: {code}. The issuer must be written as its own document writes it ({place})."
ENTRA = "https://login.microsoftonline.com/"


class Command(BaseCommand):
    """The secret is never an argument: it would stand in the list of processes and in the history of the shell."""

    help = "Set up, list and end sign-in through an agency's own provider (docs/operations.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="which agencies have one")
        for name in ("set", "end"):
            given = what.add_parser(name)
            given.add_argument("--partnership", required=True, help="its key")
            given.add_argument("--agency", required=True, help="its key in that partnership")
        given = what.choices["set"]
        given.add_argument("--issuer", required=True, help=f"such as {ENTRA}TENANT/v2.0")
        given.add_argument("--client-id", required=True)
        given.add_argument("--subject", choices=AgencySignIn.Subject.values, help="default: oid for Entra ID, else sub")
        given.add_argument("--second-factor", metavar="CLAIM=VALUE", default="", help="such as acrs=c1; else ours is asked")
        given.add_argument("--only-way", action="store_true", help="whoever is linked signs in with a password no more")
        given.add_argument("--not-asked-again", action="store_true", help="the provider gives no refresh tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        for own in own_sign_ins.in_force().select_related("agency__partnership"):
            where = f"{own.agency.partnership.key}/{own.agency.key}"
            self.stdout.write(f"{where}: {own.issuer} as {own.client_id}; people come back to {elsewhere.back_to(own)}")

    def _set(self, options: dict[str, Any]) -> None:
        claim, _, value = options["second_factor"].partition("=")
        if claim and (claim not in AgencySignIn.FactorClaim.values or not value):
            raise CommandError("--second-factor is a claim and its value: amr=mfa, acr=…, or acrs=c1.")
        try:
            oidc.find(options["issuer"])
        except oidc.NotTrusted as error:
            raise CommandError(NOT_FOUND.format(code=error.code, place=options["issuer"] + oidc.WELL_KNOWN)) from error
        given = own_sign_ins.Given(
            issuer=options["issuer"], client_id=options["client_id"], secret=_secret(),
            subject_claim=options["subject"] or ("oid" if options["issuer"].startswith(ENTRA) else "sub"),
            factor_claim=claim, factor_value=value, is_only_way=options["only_way"],
            is_asked_again=not options["not_asked_again"],
        )  # fmt: skip
        own = own_sign_ins.set_up(agency=_agency(options), given=given, now=database_now())
        self.stdout.write(f"{own.agency} is set up. Register this as the only redirect URI there:\n{elsewhere.back_to(own)}")

    def _end(self, options: dict[str, Any]) -> None:
        own = own_sign_ins.in_force().filter(agency=_agency(options)).first()
        if own is None:
            raise CommandError("This agency has none.")
        ended = own_sign_ins.end(own=own, now=database_now())
        self.stdout.write(f"Nobody signs in to {own.agency} that way any more; {ended} sessions ended.")


def _agency(options: dict[str, Any]) -> Agency:
    found = Agency.objects.filter(partnership__key=options["partnership"], key=options["agency"]).first()
    if found is None:
        raise CommandError("There is no such agency in that partnership.")
    return found


def _secret() -> str:
    """From the environment, from a pipe, or typed without being shown."""
    given = os.environ.get("AGENCY_SIGN_IN_SECRET", "")
    if not given:
        given = getpass.getpass("The client's secret: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not given.strip():
        raise CommandError("Give the client's secret: type it, pipe it in, or set AGENCY_SIGN_IN_SECRET for this one command.")
    return given.strip()
