"""Forms of the people pages."""

from django import forms

from accounts.constants import Permission, Role
from accounts.forms.sign_in import EmailAddressField
from safeguarding.kernel.govuk import GovukForm, Layout, Radios

_HINTS = {
    Role.BOARD_MEMBER: "Board pages with suppressed totals; no child-level data",
    Role.MANAGER: "The records of their teams' children",
    Role.SOCIAL_WORKER: "The records of the children on their caseload",
    Role.PARTNER: "Their own organisation's returns",
    Role.COORDINATOR: "The partnership's cycles, returns and papers; no child-level data",
    Role.AUDITOR: "Everything to read, children under another name, and the whole audit trail",
    Role.ADMINISTRATOR: "Accounts, roles and security events; no child-level data",
}


class SearchForm(GovukForm):
    q = forms.CharField(label="Name, email address or job title", max_length=120, required=False)


class InvitationForm(GovukForm):
    """A new account. `roles` are those that the person who fills it in may give."""

    name = forms.CharField(label="Full name", max_length=120)
    email = EmailAddressField(
        label="Email address", max_length=254, help_text="Their work address; they sign in with it"
    )
    job_title = forms.CharField(label="Job title (optional)", max_length=120, required=False)
    right = forms.ChoiceField(label="What is their role?", widget=forms.RadioSelect)
    subjects = {"right": "their role"}

    def __init__(self, *args, roles: list[Role], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choice: forms.ChoiceField = self.fields["right"]  # type: ignore[assignment]
        choice.choices = [(role.value, role.label) for role in roles]

    def build_layout(self) -> Layout:
        return Layout("name", "email", "job_title", Radios("right", hints=_HINTS))


class RightForm(GovukForm):
    """A role or permission for somebody who has an account."""

    right = forms.ChoiceField(
        label="Role or permission", choices=[("", "Choose"), *Role.choices, *Permission.choices]
    )
    subjects = {"right": "a role or permission"}
