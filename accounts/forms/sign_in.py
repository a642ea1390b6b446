"""allauth's forms in the house's look, with one spelling for an e-mail address."""

import textwrap

from allauth.account import forms as account_forms
from allauth.account.fields import PasswordField
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.recovery_codes import forms as code_forms
from allauth.mfa.totp import forms as totp_forms
from axes.handlers.proxy import AxesProxyHandler
from django import forms

from accounts.adapters import locked_out
from accounts.models import canonical_email
from safeguarding.kernel.govuk import GovukFormMixin, Text, refuse_odd_characters

CHOOSING_HINT = (
    "Use 12 characters or more. Three random words are easy to remember and hard to guess. "
    "Any characters will do. Do not use a common password or this service's own words."
)


class EmailAddressField(forms.EmailField):
    """Takes any spelling of an address: capitals, full-width letters, spaces around it."""

    widget = forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"})

    def to_python(self, value: str | None) -> str:
        return canonical_email(super().to_python(value) or "")


class _HouseMixin(GovukFormMixin):
    """Takes allauth's placeholders away, and lets a password hold any character at all."""

    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, PasswordField):
                field.validators = [check for check in field.validators if check is not refuse_odd_characters]

    def _speak_plainly(self, name: str, field: forms.Field) -> None:
        field.label = self.labels.get(name, field.label)
        field.help_text = self.hints.get(name, "")
        super()._speak_plainly(name, field)


class _LoginForm(account_forms.LoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = EmailAddressField(label="Email address")
        self.order_fields(["login", "password"])


class SignInForm(_HouseMixin, _LoginForm):
    labels = {"password": "Password"}
    subjects = {"login": "your email address", "password": "your password"}


class ChangePasswordForm(_HouseMixin, account_forms.ChangePasswordForm):
    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }
    hints = {"password1": CHOOSING_HINT}
    subjects = {
        "oldpassword": "your current password",
        "password1": "a new password",
        "password2": "the new password again",
    }


class ResetPasswordKeyForm(_HouseMixin, account_forms.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "New password again"}
    hints = {"password1": CHOOSING_HINT}
    subjects = {"password1": "a new password", "password2": "the new password again"}


class _ResetPasswordForm(account_forms.ResetPasswordForm):
    email = EmailAddressField(label="Email address", required=True)


class ResetPasswordForm(_HouseMixin, _ResetPasswordForm):
    subjects = {"email": "your email address"}


class ReauthenticateForm(_HouseMixin, account_forms.ReauthenticateForm):
    labels = {"password": "Password"}
    subjects = {"password": "your password"}


class _CodeMixin(_HouseMixin):
    labels = {"code": "Code"}
    hints = {"code": "6 digits from your authenticator app, or one of your recovery codes"}
    subjects = {"code": "the code"}

    def build_layout(self):
        return Text("code", width=10)

    def _speak_plainly(self, name: str, field: forms.Field) -> None:
        field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        super()._speak_plainly(name, field)


class _LockedWithTheAccount(mfa_forms.BaseAuthenticateForm):
    """Wrong codes count with wrong passwords, in the database: one lock for the account."""

    def clean_code(self) -> str:
        if not AxesProxyHandler.is_allowed(context.request, {"email": self.user.email}):
            raise ImmediateHttpResponse(locked_out(context.request))
        return super().clean_code()


class SecondStepForm(_CodeMixin, _LockedWithTheAccount, mfa_forms.AuthenticateForm):
    pass


class SecondProofForm(_CodeMixin, _LockedWithTheAccount, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(_CodeMixin, totp_forms.ActivateTOTPForm):
    hints = {"code": "6 digits, shown by the app after you added this service"}

    def secret_in_groups(self) -> str:
        """Four letters at a time, as one types them; apps take the blanks."""
        return " ".join(textwrap.wrap(self.secret, 4))


class DeactivateTOTPForm(_HouseMixin, totp_forms.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(_HouseMixin, code_forms.GenerateRecoveryCodesForm):
    pass
