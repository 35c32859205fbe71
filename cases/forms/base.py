"""The form that every form of the product is: plain errors, nothing typed is lost."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator, ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from cases.forms.fields import DateParts
from cases.forms.renderer import GovukRenderer

LONGEST_TEXT = 20_000
NUL = "\x00"
EMAIL_WRONG = "Enter an e-mail address in the correct form, like name@example.org"
NUL_REFUSED = "Remove the character that cannot be stored: it was pasted with the text and cannot be seen."
TOO_LONG = "Shorten this to %(limit_value)d characters or fewer: it has %(show_value)d."


def required_message(field: forms.Field, label: str) -> str:
    """What to write when a question was left empty, made from the question."""
    if label.endswith("?"):
        return f"Answer “{label}”"
    verb = "Choose" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else "Enter"
    return f"{verb} {label[:1].lower()}{label[1:]}"


class GovukMixin(forms.BaseForm):
    """Behaviour of every form, for plain forms and model forms alike."""

    template_name = "django/forms/govuk_form.html"
    default_renderer: Any = GovukRenderer
    use_required_attribute = False
    sizes: ClassVar[Mapping[str, str]] = {}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.with_nul: set[str] = set()
        super().__init__(self._readable(data), *args, **kwargs)
        for name, field in self.fields.items():
            _explain(field, str(field.label or name.replace("_", " ").capitalize()))

    def _readable(self, data: Any) -> Any:
        """The data with one kind of line end and without NUL; keys that had one are remembered."""
        if not data:
            return data
        clean = QueryDict(mutable=True)
        for key, values in _lists(data):
            if any(NUL in value for value in values if isinstance(value, str)):
                self.with_nul.add(key)
            clean.setlist(key, [_one_line_end(value) for value in values])
        return clean

    def full_clean(self) -> None:
        """Check all fields; a NUL is an error of the field in which it came."""
        super().full_clean()
        for name, field in self.fields.items():
            parts = [f"_{part}" for part in field.widget.parts()] if isinstance(field.widget, DateParts) else [""]
            if self.with_nul.intersection(f"{self.add_prefix(name)}{part}" for part in parts):
                self.add_error(name, forms.ValidationError(NUL_REFUSED, code="nul"))

    def as_govuk(self) -> SafeString:
        """The error summary and all fields."""
        return self.render(self.template_name)


def _lists(data: Any) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(data, MultiValueDict):
        yield from data.lists()
    else:
        for key, value in data.items():
            yield key, value if isinstance(value, list) else [value]


def _one_line_end(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace(NUL, "") if isinstance(value, str) else value


def _explain(field: forms.Field, label: str) -> None:
    """Give the field the product's words for what may be wrong, unless the form has its own."""
    if str(field.error_messages.get("required")) == str(forms.Field.default_error_messages["required"]):
        field.error_messages["required"] = required_message(field, label)
    if not isinstance(field, forms.CharField):
        return
    if field.max_length is None:
        field.validators = [*field.validators, MaxLengthValidator(LONGEST_TEXT)]
    field.validators = [_worded(validator) for validator in field.validators]


def _worded(validator: Any) -> Any:
    if isinstance(validator, MaxLengthValidator):
        return MaxLengthValidator(validator.limit_value, message=TOO_LONG)
    if isinstance(validator, ProhibitNullCharactersValidator):
        return ProhibitNullCharactersValidator(message=NUL_REFUSED)
    if isinstance(validator, EmailValidator):
        return EmailValidator(message=EMAIL_WRONG)
    return validator


class GovukForm(GovukMixin, forms.Form):
    """A form in the design system's markup."""


class GovukModelForm(GovukMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A model form in the design system's markup."""
