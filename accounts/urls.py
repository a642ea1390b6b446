"""Sign-in, one's own account, people, the audit trail. allauth's views stand under our own
addresses, by the names that allauth looks up; those not named here do not exist."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.access import View
from accounts.views import account, people, trail

_form = require_http_methods(["GET", "HEAD", "POST"])


def public(view: View) -> View:
    """A form of allauth's for anybody."""
    return access.public(_form(view))


def signed_in(view: View) -> View:
    """A form of allauth's for whoever is signed in."""
    return access.signed_in(_form(view))


urlpatterns = [
    path("sign-in/", public(account_views.login), name="account_login"),
    path("sign-in/second-step/", public(mfa_views.authenticate), name="mfa_authenticate"),
    path("sign-out/", public(account_views.logout), name="account_logout"),
    path("password/forgotten/", public(account_views.password_reset), name="account_reset_password"),
    path(
        "password/forgotten/sent/",
        public(account_views.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/choose/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(account_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/chosen/",
        public(account_views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("account/", account.account, name="account"),
    path("account/keep-alive/", account.keep_alive, name="keep_alive"),
    path("account/password/", signed_in(account_views.password_change), name="account_change_password"),
    path("account/confirm/", signed_in(account_views.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", signed_in(mfa_views.reauthenticate), name="mfa_reauthenticate"),
    path("account/second-step/", signed_in(mfa_views.index), name="mfa_index"),
    path("account/second-step/app/", signed_in(totp_views.activate_totp), name="mfa_activate_totp"),
    path(
        "account/second-step/app/remove/", signed_in(totp_views.deactivate_totp), name="mfa_deactivate_totp"
    ),
    path(
        "account/second-step/codes/",
        signed_in(code_views.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-step/codes/new/",
        signed_in(code_views.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("people/", people.people, name="people"),
    path("people/add/", people.invite, name="invite"),
    path("people/<uuid:uid>/", people.person, name="person"),
    path("people/<uuid:uid>/link/", people.new_link, name="new_link"),
    path("people/<uuid:uid>/rights/", people.give_right, name="give_right"),
    path("people/<uuid:uid>/rights/<uuid:grant>/confirm/", people.confirm_right, name="confirm_right"),
    path("people/<uuid:uid>/rights/<uuid:grant>/end/", people.end_right, name="end_right"),
    path("people/<uuid:uid>/switch-off/", people.switch_off, name="switch_off"),
    path("people/<uuid:uid>/switch-on/", people.switch_on, name="switch_on"),
    path("people/<uuid:uid>/second-step/off/", people.take_second_factor_off, name="take_second_factor_off"),
    path("audit/", trail.audit_trail, name="audit_trail"),
    path("audit/download.csv", trail.download, name="audit_trail_download"),
]
