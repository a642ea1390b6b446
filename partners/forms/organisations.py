"""What is typed about organisations, cleaned."""

from datetime import date
from typing import Any, cast

from django import forms

from partners.constants import Duty, OrganisationKind, StatutoryRoleKind
from partners.forms.base import as_error, token_field, version_field
from partners.models import Organisation
from partners.rules import organisations as rules
from partners.rules.organisations import Span
from partners.services.organisations import Contact, OrganisationDraft
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukDateField, GovukForm, LongTextField

_UNTIL = "First day on which it no longer holds (optional)"


class FindForm(GovukForm):
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Every kind"), *OrganisationKind.choices]
    )
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "In force"), ("withdrawn", "Withdrawn"), ("all", "All")],
    )

    def chosen(self) -> dict[str, str]:
        answers = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {"kind": answers.get("kind", ""), "show": answers.get("show", "")}


class ContactForm(GovukForm):
    contact_email = forms.EmailField(label="Contact e-mail address (optional)", required=False)
    contact_phone = forms.CharField(label="Contact telephone (optional)", required=False, max_length=40)
    contact_note = LongTextField(
        label="When and how to reach the organisation (optional)",
        required=False,
        rows=2,
        max_length=rules.CONTACT_NOTE_LENGTH,
        help_text="For example, out-of-hours number, or days of the safeguarding lead",
    )
    version = version_field()

    def contact(self) -> Contact:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return Contact(answers["contact_email"], answers["contact_phone"], answers["contact_note"])


class OrganisationForm(ContactForm):
    name = forms.CharField(label="Name", max_length=rules.NAME_LENGTH)
    short_name = forms.CharField(
        label="Short name (optional)",
        required=False,
        max_length=rules.SHORT_NAME_LENGTH,
        help_text="For the columns of wide tables",
    )
    kind = forms.ChoiceField(
        label="Kind of organisation", choices=[("", "Select a kind"), *OrganisationKind.choices]
    )
    areas = LongTextField(
        label="Areas (optional)", required=False, rows=3, max_length=1600, help_text="One area on each line"
    )
    predecessor = forms.ModelChoiceField(
        label="Took over from (optional)",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="No other organisation",
    )
    token = token_field()
    field_order = (
        "name",
        "short_name",
        "kind",
        "areas",
        "predecessor",
        "contact_email",
        "contact_phone",
        "contact_note",
        "version",
        "token",
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["predecessor"]).queryset = others

    def clean_areas(self) -> tuple[str, ...]:
        try:
            return tuple(rules.areas(self.cleaned_data["areas"]))
        except Refusal as refusal:
            as_error(self, refusal)
            return ()

    def draft(self) -> OrganisationDraft:
        """Of a form that is valid."""
        answers = self.cleaned_data
        return OrganisationDraft(
            name=answers["name"],
            kind=answers["kind"],
            short_name=answers["short_name"],
            areas=answers["areas"],
            predecessor=answers["predecessor"],
            contact=self.contact(),
        )


class WithdrawForm(GovukForm):
    on = GovukDateField(label="First day on which it no longer takes part", hint="For example, 1 7 2022")
    version = version_field()


class RepresentativeForm(GovukForm):
    email = forms.EmailField(
        label="E-mail address of the person’s account",
        help_text="A lead, deputy or contributor needs the role of a partner representative",
        error_messages={"required": "Enter the e-mail address of the person’s account"},
    )
    duty = forms.ChoiceField(label="What does the person do?", widget=forms.RadioSelect, choices=Duty.choices)
    from_date = GovukDateField(label="From which day?", hint="For example, 1 4 2020")
    subjects = {"duty": "what the person does", "from_date": "day from which it holds"}


class StatutoryRoleForm(GovukForm):
    role = forms.ChoiceField(
        label="Statutory role", widget=forms.RadioSelect, choices=StatutoryRoleKind.choices
    )
    from_date = GovukDateField(label="From which day?", hint="For example, 1 7 2022")
    until_date = GovukDateField(label=_UNTIL, hint="Leave empty while it holds", required=False)
    source = forms.CharField(
        label="Where does this come from?",
        max_length=rules.SOURCE_LENGTH,
        help_text="For example, Working Together 2018, chapter 3, or the published arrangements",
    )
    subjects = {
        "role": "the statutory role",
        "from_date": "day from which it holds",
        "until_date": "day on which it no longer holds",
        "source": "where this comes from",
    }

    def span(self) -> Span:
        return Span(self.cleaned_data["from_date"], self.cleaned_data["until_date"])


class EndForm(GovukForm):
    """Ends what holds now, on a day."""

    until = GovukDateField(label="First day on which it no longer holds", hint="For example, 1 7 2022")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"until": today}, **kwargs)


class EndRoleForm(EndForm):
    role = forms.ChoiceField(label="Which role ends?", widget=forms.RadioSelect)
    field_order = ("role", "until")
    subjects = {"role": "which role ends"}

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["role"]).choices = roles


class ParticipationForm(GovukForm):
    question_set_code = forms.ChoiceField(
        label="On which questions?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select the questions it answers"},
    )
    from_date = GovukDateField(
        label="From which day?",
        hint="It owes a return on every cycle that opens on this day or later. For example, 1 4 2020",
    )
    subjects = {"from_date": "day from which it takes part"}

    def __init__(self, *args: Any, sets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["question_set_code"]).choices = sets
