"""Draws Django's forms in the markup of the GOV.UK Design System."""

from typing import Any

from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template.exceptions import TemplateDoesNotExist


class GovukRenderer(TemplatesSetting):
    """The project's templates first; Django's own for widgets that the design system does not draw."""

    form_template_name = "django/forms/govuk_form.html"
    field_template_name = "django/forms/govuk_field.html"

    def get_template(self, template_name: str) -> Any:
        """Find a template among the project's, else among those shipped with Django's forms."""
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return DjangoTemplates().get_template(template_name)
