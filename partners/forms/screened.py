"""Free text that may not name a child: a box to stand by a text that only looks as if it did."""

from typing import Any

from django import forms

from safeguarding.kernel.govuk import GovukForm, Layout

NO_NAMES = "Do not write children’s names, dates of birth or references."


class ScreenedForm(GovukForm):
    """A form whose texts are screened. The box appears only once a text has been refused."""

    names_no_child = forms.BooleanField(
        required=False,
        label="It names no child",
        help_text="Select this only if you have read the text again. That you did is kept.",
    )

    def build_layout(self) -> Layout:
        return self.with_box(*(name for name in self.fields if name != "names_no_child"))

    def with_box(self, *questions: Any) -> Layout:
        """The questions, and the box last where it was asked for before."""
        asked = self.is_bound and "names_no_child" in self.data
        return Layout(*questions, "names_no_child") if asked else Layout(*questions)

    def ask_for_the_box(self) -> None:
        """A text was refused: from now on the box is shown."""
        if not any(field == "names_no_child" for field in self.helper.layout.fields):
            self.helper.layout.fields.append("names_no_child")
