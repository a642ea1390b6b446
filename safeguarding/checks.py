"""System checks: an unsafe set-up does not start."""

from django.conf import settings
from django.core.checks import Error, register

_SHORTEST_KEY = 50


@register()
def secrets_are_set(app_configs, **kwargs) -> list[Error]:
    errors = []
    for number, name in ((1, "SECRET_KEY"), (2, "AUDIT_KEY")):
        if len(getattr(settings, name)) < _SHORTEST_KEY:
            errors.append(
                Error(
                    f"{name} is missing or shorter than {_SHORTEST_KEY} characters.",
                    hint=f"Set {name} to a long random text; `make run` makes one in var/.",
                    id=f"safeguarding.E00{number}",
                )
            )
    if settings.SECRET_KEY and settings.SECRET_KEY == settings.AUDIT_KEY:
        errors.append(
            Error(
                "SECRET_KEY and AUDIT_KEY are the same.",
                hint="Give the audit trail a key of its own.",
                id="safeguarding.E003",
            )
        )
    return errors


@register()
def hosts_are_named(app_configs, **kwargs) -> list[Error]:
    if "*" in settings.ALLOWED_HOSTS:
        return [
            Error(
                "ALLOWED_HOSTS accepts any host.",
                hint="Name the hosts that this service answers for.",
                id="safeguarding.E004",
            )
        ]
    return []


@register(deploy=True)
def no_demonstration_in_production(app_configs, **kwargs) -> list[Error]:
    if settings.DEMO:
        return [
            Error(
                "DEMO is on: demonstration accounts can sign in without a second factor.",
                hint="Unset DEMO where real records are kept.",
                id="safeguarding.E005",
            )
        ]
    return []
