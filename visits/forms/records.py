"""Forms of visits and of finding children."""

from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.govuk import GovukDateField, GovukForm, Layout, LongTextField, Radios, Text
from visits.constants import NOTE_LENGTH, REASON_LENGTH, REFERENCE_LENGTH, Method, PlanType, Status
from visits.models import Team, Visit
from visits.rules import records as record_rules
from visits.rules.records import VisitDraft

UNAUTHORISED = "It counts only where a management decision covers its day"
_YES_NO = (("yes", "Yes"), ("no", "No"))
STALE_FORM = {
    "required": "Open this page again and fill it in anew",
    "invalid": "Open this page again and fill it in anew",
}


def as_error(form: forms.BaseForm, refusal: Refusal) -> None:
    """Puts a rule's refusal beside its question; above the form where the form does not ask it."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


class _VisitFields(GovukForm):
    """The questions about a visit, answered as `VisitDraft`."""

    visit_date = GovukDateField(label="Date of the visit", hint="For example, 27 3 2020")
    method = forms.ChoiceField(
        label="How was the visit made?", widget=forms.RadioSelect, choices=Method.choices
    )
    status = forms.ChoiceField(
        label="Has the visit taken place?",
        widget=forms.RadioSelect,
        choices=((Status.COMPLETED, "Yes, it took place"), (Status.PLANNED, "No, it is planned")),
    )
    child_seen = forms.ChoiceField(
        label="Was the child seen?", required=False, widget=forms.RadioSelect, choices=_YES_NO
    )
    note = LongTextField(
        label="What happened (optional)",
        required=False,
        max_length=NOTE_LENGTH,
        help_text="Do not write names, addresses or dates of birth. They stay in the case system.",
    )
    subjects = {
        "visit_date": "date of the visit",
        "status": "whether the visit took place or is planned",
        "method": "how the visit was made",
        "child_seen": "whether the child was seen",
        "note": "what happened",
    }

    alternative_hint = UNAUTHORISED

    def __init__(self, *args: Any, today: date, first_plan_start: date | None, **kwargs: Any) -> None:
        self.today = today
        self.first_plan_start = first_plan_start
        super().__init__(*args, **kwargs)

    def visit_layout(self) -> list[Any]:
        alternatives = [method for method in Method.values if method != Method.FACE_TO_FACE]
        return [
            "visit_date",
            Radios("method", hints=dict.fromkeys(alternatives, self.alternative_hint)),
            Radios("status", reveal={Status.COMPLETED: [Radios("child_seen", inline=True)]}),
            "note",
        ]

    def draft(self) -> VisitDraft | None:
        """None where a question that the rules go by is not answered."""
        answers = self.cleaned_data
        if any(name not in answers for name in ("visit_date", "method", "status")) or self.errors:
            return None
        made = answers["status"] == Status.COMPLETED
        # A hidden answer of an earlier choice is not an answer.
        seen = made and answers.get("child_seen") == "yes"
        return VisitDraft(
            answers["visit_date"], answers["method"], answers["status"], seen, answers.get("note", "")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("status") == Status.COMPLETED
            and not cleaned.get("child_seen")
            and "child_seen" not in self.errors
        ):
            self.add_error("child_seen", "Select whether the child was seen")
        self.check_rules()
        return cleaned

    def check_rules(self) -> None:
        draft = self.draft()
        if draft:
            for fault in self.faults(draft):
                as_error(self, fault)

    def faults(self, draft: VisitDraft) -> list[Refusal]:
        return list(
            record_rules.visit_faults(
                draft, today=self.today, first_plan_start=self.first_plan_start, days_ahead=0
            )
        )


class RecordVisitForm(_VisitFields):
    alternative_hint = "To plan one. Once it has taken place, record it as an alternative to a visit"
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def build_layout(self) -> Layout:
        return Layout(*self.visit_layout(), "token")


class VersionForm(GovukForm):
    """Carries the version of the record that the person saw."""

    version = forms.IntegerField(
        min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput, error_messages=STALE_FORM
    )


class CorrectVisitForm(_VisitFields, VersionForm):
    reason = LongTextField(
        label="Why are you correcting this visit?",
        required=False,
        rows=3,
        max_length=REASON_LENGTH,
        help_text="What was there before is kept and shown with this reason.",
        error_messages={"required": "Enter why you are correcting this visit"},
    )

    def __init__(self, *args: Any, visit: Visit, reason_needed: bool, **kwargs: Any) -> None:
        self.visit = visit
        kwargs["initial"] = {
            "visit_date": visit.visit_date,
            "method": visit.method,
            "status": visit.status,
            "child_seen": ("yes" if visit.child_seen else "no") if visit.status == Status.COMPLETED else "",
            "note": visit.note,
            "version": visit.version,
        }
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = reason_needed
        if not reason_needed:
            self.fields["reason"].label = "Why are you correcting this visit? (optional)"

    def build_layout(self) -> Layout:
        return Layout(*self.visit_layout(), "reason", "version")

    def changes(self) -> dict[str, Any]:
        draft = self.draft()
        return (
            {name: value for name, value in vars(draft).items() if getattr(self.visit, name) != value}
            if draft
            else {}
        )

    def faults(self, draft: VisitDraft) -> list[Refusal]:
        changed = self.changes()
        return [fault for fault in super().faults(draft) if fault.field in changed or "status" in changed]


class CancelVisitForm(VersionForm):
    reason = LongTextField(
        label="Why are you cancelling this visit?",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="For example, the family was isolating, or the visit was recorded twice.",
        error_messages={"required": "Enter why you are cancelling this visit"},
    )
    field_order = ("reason", "version")


class FilterChildrenForm(GovukForm):
    """What narrows the list of children. Codes only: it travels in the address."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, empty_label="All teams", to_field_name="uid"
    )
    plan = forms.ChoiceField(
        label="Plan",
        required=False,
        choices=(("", "Any open plan"), *PlanType.choices, ("closed", "No open plan")),
    )
    seen = forms.ChoiceField(
        label="Seen", required=False, choices=(("", "All children"), ("overdue", "Not seen in time"))
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["team"]).queryset = teams


class FindChildForm(GovukForm):
    """A reference, or the start of one. Posted, so that it never stands in an address or a log."""

    reference = forms.CharField(
        label="Child reference",
        help_text="The whole reference or its first characters",
        max_length=REFERENCE_LENGTH,
        error_messages={"required": "Enter a child reference or its first characters"},
    )

    def build_layout(self) -> Layout:
        return Layout(Text("reference", width=20))
