"""Forms of who may open which record."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from accounts.selectors import User
from safeguarding.kernel.govuk import GovukForm, Layout, LongTextField, Radios, Text
from visits.constants import (
    EMERGENCY_ACCESS_REASON_WORDS,
    REASON_LENGTH,
    REFERENCE_LENGTH,
    TeamRole,
)
from visits.models import Team


class EmergencyAccessForm(GovukForm):
    child_ref = forms.CharField(
        label="Child reference",
        help_text="The whole reference, exactly as it stands in the case system",
        max_length=REFERENCE_LENGTH,
        error_messages={"required": "Enter the child reference"},
    )
    reason = LongTextField(
        label="Why do you need this record now?",
        rows=4,
        max_length=REASON_LENGTH,
        help_text=f"At least {EMERGENCY_ACCESS_REASON_WORDS} words. The child’s managers read it.",
        error_messages={"required": "Enter why you need to open this record now"},
    )

    def build_layout(self) -> Layout:
        return Layout(Text("child_ref", width=20), "reason")


class RevealForm(GovukForm):
    reason = LongTextField(
        label="Why do you need the reference?",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="Your reason is kept on the audit trail.",
        error_messages={"required": "Enter why you need the reference"},
    )


class AllocateForm(GovukForm):
    worker = forms.ModelChoiceField(
        label="Social worker",
        queryset=User.objects.none(),
        to_field_name="uid",
        empty_label="Select a social worker",
    )
    subjects = {"worker": "a social worker"}

    def __init__(self, *args: Any, workers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["worker"]).queryset = workers


class BlockForm(GovukForm):
    email = forms.EmailField(
        label="Email address of the person",
        help_text="Somebody of the child’s own family, or with another conflict of interest",
        max_length=254,
        error_messages={"required": "Enter the email address of the person"},
    )

    def clean_email(self) -> User:
        try:
            return User.objects.get_by_natural_key(self.cleaned_data["email"])
        except User.DoesNotExist:
            message = "No account has this email address. Check it and enter it again"
            raise forms.ValidationError(message) from None


class TeamPlaceForm(GovukForm):
    team = forms.ModelChoiceField(
        queryset=Team.objects.all(), to_field_name="uid", empty_label="Select a team"
    )
    role = forms.ChoiceField(label="Place in the team", widget=forms.RadioSelect, choices=TeamRole.choices)
    subjects = {"team": "a team", "role": "the place in the team"}

    def build_layout(self) -> Layout:
        return Layout("team", Radios("role"))
