"""Forms of management decisions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms

from safeguarding.kernel.govuk import Fieldset, GovukDateField, GovukForm, Layout, LongTextField, Radios
from visits.constants import REASON_LENGTH, Method, PlanType
from visits.constants.oversight import Principle
from visits.facts import PlanToAsk
from visits.forms.records import STALE_FORM, VersionForm, as_error
from visits.models import ManagementDecision
from visits.rules import decisions as decision_rules
from visits.rules.decisions import ANSWER_LENGTH, QUESTIONS, Choice, DecisionDraft, PlanDays
from visits.rules.records import in_words

# What each principle asks, in short.
PRINCIPLES: dict[str, str] = {
    Principle.CHILD_CENTRED: "What does this child need and want, and how does the alternative serve that?",
    Principle.RISK_BASED: "Which risk is greater, visiting or not visiting, and how did you weigh them?",
    Principle.FAMILY_FOCUSED: "What does the household need, and who in it can help to keep the child safe?",
    Principle.EVIDENCE_INFORMED: "What is known, from whom and since when? What is not known?",
    Principle.COLLABORATIVE: "Who was asked, such as the school or health visitor, and what did they say?",
    Principle.TRANSPARENT: "What have the child and family been told about this decision, and how?",
}
LABELS: dict[str, str] = {
    **{principle.value: str(principle.label) for principle in Principle},
    "due_on": "Visit due",
    "alternative": "Alternative",
    "covers_from": "First day",
    "review_on": "Review date",
    "risk_if_not_seen": "Risk if not seen",
    "contingency": "If the alternative fails",
    "child_view": "Child’s view",
    "family_view": "Family’s view",
}
_NO_NAMES = "Do not write names, addresses or dates of birth. They stay in the case system."


def _words(name: str, label: str, hint: str) -> LongTextField:
    return LongTextField(
        label=label,
        help_text=hint,
        rows=3,
        max_length=ANSWER_LENGTH,
        error_messages={"required": QUESTIONS[name]},
    )


class _DecisionFields(GovukForm):
    """The questions of a request, answered as `DecisionDraft`."""

    due_on = GovukDateField(
        label="When is the visit due that will not be made face to face?", subject="date the visit is due"
    )
    alternative = forms.ChoiceField(
        label="What will be done instead?",
        widget=forms.RadioSelect,
        choices=[choice for choice in Method.choices if choice[0] != Method.FACE_TO_FACE],
        error_messages={"required": "Select what will be done instead"},
    )
    covers_from = GovukDateField(
        label="From which day may the alternative stand in for a visit?", subject="first day"
    )
    review_on = GovukDateField(label="By when must this be reviewed?", subject="review date")
    child_centred = _words(
        Principle.CHILD_CENTRED.value, "Child-centred", PRINCIPLES[Principle.CHILD_CENTRED]
    )
    risk_based = _words(Principle.RISK_BASED.value, "Risk-based", PRINCIPLES[Principle.RISK_BASED])
    family_focused = _words(
        Principle.FAMILY_FOCUSED.value, "Family-focused", PRINCIPLES[Principle.FAMILY_FOCUSED]
    )
    evidence_informed = _words(
        Principle.EVIDENCE_INFORMED.value, "Evidence-informed", PRINCIPLES[Principle.EVIDENCE_INFORMED]
    )
    collaborative = _words(
        Principle.COLLABORATIVE.value, "Collaborative", PRINCIPLES[Principle.COLLABORATIVE]
    )
    transparent = _words(Principle.TRANSPARENT.value, "Transparent", PRINCIPLES[Principle.TRANSPARENT])
    risk_if_not_seen = _words(
        "risk_if_not_seen",
        "What is the risk to the child if nobody sees them face to face?",
        "What could be missed, and how soon would anybody know?",
    )
    contingency = _words(
        "contingency",
        "What happens if the alternative fails or worries you?",
        "Who will go to the child, and how soon?",
    )
    child_view = _words("child_view", "What does the child think of this?", "If you could not ask, say why.")
    family_view = _words(
        "family_view", "What does the family think of this?", "If you could not ask, say why."
    )

    def __init__(
        self, *args: Any, plans: Sequence[PlanToAsk], today: date, longest: int, **kwargs: Any
    ) -> None:
        self.plans = {plan.uid: plan for plan in plans}
        self.today = today
        self.longest = longest
        super().__init__(*args, **kwargs)
        self.fields[
            "review_on"
        ].help_text = (
            f"At most {longest} days ahead. Without a new decision, this one lapses on the day after."
        )
        self.fields[
            "covers_from"
        ].help_text = "An earlier day than today makes the decision retrospective, and it is counted as such."

    def request_layout(self) -> list[Any]:
        return [
            Fieldset("The visit", "due_on", Radios("alternative"), "covers_from", "review_on"),
            Fieldset("The six principles", *[principle.value for principle in Principle]),
            Fieldset(
                "If the child is not seen", "risk_if_not_seen", "contingency", "child_view", "family_view"
            ),
        ]

    def plan(self) -> PlanToAsk | None:
        raise NotImplementedError

    def draft(self) -> DecisionDraft:
        """Of a form without errors."""
        return DecisionDraft(**{name: self.cleaned_data[name] for name in DecisionDraft.__annotations__})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        plan = self.plan()
        if plan is None or any(name not in cleaned for name in DecisionDraft.__annotations__):
            return cleaned
        days = PlanDays(plan.start_date, plan.end_date)
        for fault in decision_rules.faults(self.draft(), plan=days, today=self.today, longest=self.longest):
            as_error(self, fault)
        return cleaned


class AskDecisionForm(_DecisionFields):
    """A new request, or with one plan in `plans` that is to be renewed, a renewal."""

    plan_uid = forms.ChoiceField(
        label="Which plan’s visit is this about?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select the plan whose visit is due"},
    )
    token = forms.UUIDField(widget=forms.HiddenInput, error_messages=STALE_FORM)

    def __init__(self, *args: Any, covers_from: date, plans: Sequence[PlanToAsk], **kwargs: Any) -> None:
        first = plans[0]
        kwargs["initial"] = {
            "token": uuid4(),
            "plan_uid": str(first.uid),
            "due_on": first.due_by,
            "covers_from": covers_from,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, plans=plans, **kwargs)
        _offer(self, "plan_uid", {str(plan.uid): plan_words(plan) for plan in plans})
        if len(plans) == 1:
            self.fields["plan_uid"].widget = forms.HiddenInput()

    def build_layout(self) -> Layout:
        return Layout("plan_uid", *self.request_layout(), "token")

    def plan(self) -> PlanToAsk | None:
        chosen = self.cleaned_data.get("plan_uid")
        return self.plans.get(UUID(chosen)) if chosen else None


class ResubmitDecisionForm(_DecisionFields, VersionForm):
    """A request that was sent back, with its answers."""

    reason = LongTextField(
        label="What have you changed? (optional)", required=False, rows=3, max_length=ANSWER_LENGTH
    )

    def __init__(self, *args: Any, decision: ManagementDecision, plan: PlanToAsk, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **{name: getattr(decision, name) for name in DecisionDraft.__annotations__},
            "version": decision.version,
        }
        super().__init__(*args, plans=[plan], **kwargs)

    def build_layout(self) -> Layout:
        return Layout(*self.request_layout(), "reason", "version")

    def plan(self) -> PlanToAsk | None:
        return next(iter(self.plans.values()))


class DecideForm(VersionForm):
    choice = forms.ChoiceField(
        label="What do you decide?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select what you decide"},
    )
    note = LongTextField(
        label="Your reason",
        required=False,
        rows=4,
        max_length=ANSWER_LENGTH,
        help_text=f"You need not give one to authorise. {_NO_NAMES}",
    )
    field_order = ("choice", "note", "version")

    def __init__(self, *args: Any, second_follows: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approve = "Approve: another manager then decides too" if second_follows else "Authorise"
        words = {Choice.AUTHORISE: approve, Choice.SEND_BACK: "Send back", Choice.DECLINE: "Decline"}
        _offer(self, "choice", {choice.value: text for choice, text in words.items()})

    def build_layout(self) -> Layout:
        hints = {
            Choice.AUTHORISE.value: "You answer for this child not being visited face to face on these days.",
            Choice.SEND_BACK.value: "Who asked answers your question and asks again.",
            Choice.DECLINE.value: "The child must be visited face to face.",
        }
        return Layout(Radios("choice", hints=hints), "note", "version")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "choice" in cleaned and "note" in cleaned:
            try:
                decision_rules.note(cleaned["note"], choice=Choice(cleaned["choice"]))
            except decision_rules.Refusal as refusal:
                as_error(self, refusal)
        return cleaned


class WithdrawDecisionForm(VersionForm):
    reason = LongTextField(
        label="Why are you withdrawing this request?",
        rows=3,
        max_length=REASON_LENGTH,
        help_text="For example, the family can be visited after all.",
        error_messages={"required": "Enter why you are withdrawing this request"},
    )
    field_order = ("reason", "version")


class FilterDecisionsForm(GovukForm):
    """What narrows the list of decisions. A code only: it travels in the address."""

    show = forms.ChoiceField(label="Show", required=False)

    def __init__(self, *args: Any, choices: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "show", choices)


def _offer(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices.items())


def plan_words(plan: PlanToAsk) -> str:
    due = f", visit due by {in_words(plan.due_by)}" if plan.due_by else ""
    return f"{PlanType(plan.plan_type).label}{due}"
