"""Forms about issuers' pages: filling in from an address, and whether a change matters."""

from django import forms

from guidance.constants import Audience, ChangeSize, Force, TouchedDuty
from guidance.forms.base import NO_NAMES, ScreenedForm, VersionForm
from guidance.forms.register import many
from guidance.rules.entries import CHECK_LENGTH, NOTE_LENGTH, URL_LENGTH
from safeguarding.kernel.govuk import Checkboxes, GovukForm, Layout, LongTextField, Radios


class AddressForm(GovukForm):
    url = forms.CharField(
        label="Address of the page on GOV.UK",
        max_length=URL_LENGTH,
        help_text="For example, https://www.gov.uk/government/publications/…",
    )
    subjects = {"url": "the address"}


class TakeInForm(ScreenedForm, VersionForm):
    """The change matters: what it means for the next version."""

    size = forms.ChoiceField(
        label="How large is the change?",
        widget=forms.RadioSelect,
        choices=ChangeSize.choices,
        help_text="A major change asks those whose duties change to acknowledge again.",
    )
    force = forms.ChoiceField(label="How binding is it?", widget=forms.RadioSelect, choices=Force.choices)
    change_note = LongTextField(
        label="What is different from the version before?",
        rows=4,
        max_length=NOTE_LENGTH,
        help_text=f"As the issuer says, or in your words. {NO_NAMES}",
    )
    audiences_affected = many("Whose duties change?", Audience.choices)
    duties_changed = many("Which duties change?", TouchedDuty.choices)
    subjects = {
        "size": "how large the change is",
        "force": "how binding it is",
        "change_note": "what is different",
    }

    def build_layout(self) -> Layout:
        return self.with_box(
            Radios("size"),
            Radios("force"),
            "change_note",
            Checkboxes("audiences_affected", small=True),
            Checkboxes("duties_changed", small=True),
            "version",
        )


class DismissForm(GovukForm):
    words = LongTextField(
        label="Why does it not matter here?", rows=3, max_length=CHECK_LENGTH, help_text=NO_NAMES
    )
    subjects = {"words": "why it does not matter here"}
