"""What the API says of cases, and what it takes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from cases.models import Agency, Case, Person
from cases.models.case import Capacity


class AgencySerializer(serializers.ModelSerializer[Agency]):
    """An agency of the partnership."""

    class Meta:
        model = Agency
        fields = ["key", "name", "short_name", "kind"]


class CaseLineSerializer(serializers.ModelSerializer[Case]):
    """One line of the list: initials, no name; of a theme its name, which is nobody's."""

    initials = serializers.CharField(read_only=True, help_text="Theme where it is about no person.")
    agencies = AgencySerializer(many=True, read_only=True)

    class Meta:
        model = Case
        fields = ["reference", "initials", "theme", "agencies", "opened_at"]


class PersonSerializer(serializers.ModelSerializer[Person]):
    """What is known of the person at risk."""

    references = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields = ["name", "date_of_birth", "address", "desired_outcomes", "capacity", "is_child", "references"]

    def get_references(self, person: Person) -> list[dict[str, str]]:
        """The agencies' own references."""
        return [{"agency": known.agency.key, "value": known.value} for known in person.references.all()]


class CaseSerializer(serializers.ModelSerializer[Case]):
    """A whole case."""

    person = PersonSerializer(read_only=True, allow_null=True, help_text="Null where the case is a theme.")
    agencies = AgencySerializer(many=True, read_only=True)
    members = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = ["reference", "person", "theme", "agencies", "members", "opened_at"]

    def get_members(self, case: Case) -> list[dict[str, str]]:
        """The people on the case."""
        return [
            {"name": member.appointment.user.name, "title": member.appointment.title, "since": member.since.isoformat()}
            for member in case.members.all()
        ]


class NewCaseSerializer(serializers.Serializer[Any]):
    """A case to open: the person, and the other agencies that work with them."""

    name = serializers.CharField(max_length=120)
    agencies = serializers.ListField(
        child=serializers.SlugField(max_length=40), min_length=1, max_length=50, help_text="Keys of the other agencies."
    )
    date_of_birth = serializers.DateField(required=False, allow_null=True)
    own_reference = serializers.CharField(max_length=60, required=False, allow_blank=True)
    address = serializers.CharField(max_length=500, required=False, allow_blank=True)
    desired_outcomes = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    capacity = serializers.ChoiceField(choices=Capacity.choices, required=False)
    is_child = serializers.BooleanField(required=False)

    def validate_date_of_birth(self, born: Any) -> Any:
        """A birthday lies in the past."""
        if born and not timezone.localdate().year - 125 <= born.year <= timezone.localdate().year:
            raise serializers.ValidationError("Check the year of birth.")
        return born


class CredentialsSerializer(serializers.Serializer[Any]):
    """What a token is asked for with."""

    email = serializers.EmailField()
    password = serializers.CharField(max_length=200, trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        max_length=40, required=False, allow_blank=True,
        help_text="From the authenticator app, or a recovery code; needed where the account has a second factor.",
    )  # fmt: skip


class TokenSerializer(serializers.Serializer[Any]):
    """A new token; it is shown once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class RoleSerializer(serializers.Serializer[Any]):
    """A role the caller may act in, or the place of somebody away: its id goes into X-Acting-As."""

    id = serializers.IntegerField(source="pk")
    role = serializers.CharField()
    agency = serializers.CharField(source="agency.key", allow_null=True, default=None)
    partnership = serializers.CharField(source="partnership.key")
    in_place_of = serializers.IntegerField(
        source="in_place_of_id", allow_null=True, default=None, help_text="Whose place it is; null in one's own role."
    )
    until_on = serializers.DateField(
        source="away_until", allow_null=True, default=None, help_text="The last day of standing in; null in one's own role."
    )
