"""Forms of absence and cover."""

from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from accounts.selectors import User
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, Radios
from visits.forms.records import STALE_FORM, VersionForm


class _WorkerForm(GovukForm):
    """A choice among social workers, and a token against sending twice."""

    worker = forms.ModelChoiceField(
        label="Social worker",
        queryset=User.objects.none(),
        to_field_name="uid",
        empty_label="Select a social worker",
    )
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)
    subjects = {"worker": "a social worker"}

    def __init__(self, *args: Any, workers: QuerySet[User], **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["worker"]).queryset = workers


class AbsenceForm(_WorkerForm):
    """That somebody cannot visit, and from when until when. Nothing about their health."""

    from_date = GovukDateField(label="First day away", hint="For example, 27 3 2020")
    until_date = GovukDateField(
        label="First day back (optional)",
        hint="Leave empty if it is not known yet",
        required=False,
        subject="first day back",
    )
    home = forms.ChoiceField(
        label="Can they work at home?",
        widget=forms.RadioSelect,
        choices=(("yes", "Yes: calls and records go on, visits do not"), ("no", "No")),
        error_messages={"required": "Select whether they can work at home"},
    )

    def build_layout(self) -> Layout:
        return Layout("worker", "from_date", "until_date", Radios("home"), "token")

    def answers(self) -> dict[str, Any]:
        """What `services.record_absence` takes."""
        data = self.cleaned_data
        return {
            "worker": data["worker"],
            "from_date": data["from_date"],
            "until_date": data["until_date"],
            "can_work_at_home": data["home"] == "yes",
            "token": data["token"],
        }


class EndAbsenceForm(VersionForm):
    back_on = GovukDateField(label="First day back", hint="For example, 27 3 2020")

    def build_layout(self) -> Layout:
        return Layout("back_on", "version")


class AssignCoverForm(_WorkerForm):
    from_date = GovukDateField(label="First day of cover")
    last_day = GovukDateField(label="Last day of cover", hint="This day is included")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"from_date": today, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout("worker", "from_date", "last_day", "token")
