"""Organisations, what they are on a day, and who answers for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.constants import Role
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from partners.constants import ANSWERS_FOR, Duty
from partners.facts.waiting import Waiting
from partners.models import Organisation, Participation, QuestionSet, Representative, StatutoryRole
from partners.querysets import holds_on
from partners.rules.organisations import KEEPS_CONTACT
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class OrganisationLine:
    uid: UUID
    name: str
    kind: str
    areas: tuple[str, ...]
    withdrawn_on: date | None
    # As at the day that was asked for.
    roles: tuple[str, ...]
    leads: tuple[str, ...]
    takes_part: bool


def organisation_lines(organisations: Iterable[Organisation], *, on: date) -> list[OrganisationLine]:
    """A page of organisations; three queries more."""
    found = list(organisations)
    keys = [organisation.pk for organisation in found]
    roles: dict[int, list[str]] = {}
    for role in StatutoryRole.objects.filter(holds_on(on), organisation__in=keys).order_by("from_date"):
        roles.setdefault(role.organisation_id, []).append(role.role)
    leads: dict[int, list[str]] = {}
    rows = Representative.objects.filter(holds_on(on), organisation__in=keys, duty=Duty.LEAD)
    for organisation, name in rows.order_by("user__name").values_list("organisation", "user__name"):
        leads.setdefault(organisation, []).append(name)
    taking = Participation.objects.filter(holds_on(on), organisation__in=keys)
    taking_part = set(taking.values_list("organisation", flat=True))
    return [
        OrganisationLine(
            one.uid,
            one.name,
            one.kind,
            tuple(one.areas),
            one.withdrawn_on,
            tuple(roles.get(one.pk, ())),
            tuple(leads.get(one.pk, ())),
            one.pk in taking_part,
        )
        for one in found
    ]


def representatives(organisation: Organisation) -> list[Representative]:
    """Everybody ever, the latest first within a duty."""
    rows = organisation.representatives.select_related("user")
    return sorted(
        rows.order_by("-from_date", "user__name"), key=lambda one: list(Duty.values).index(one.duty)
    )


def may_edit(user: User) -> bool:
    return Scope.ALL in scopes(user.roles, Action.EDIT, Thing.ORGANISATION)


def contact_editable_by(user: User, *, at: datetime) -> QuerySet[Organisation]:
    """Organisations whose contact details `user` may change: all for a coordinator, a partner's lead's and
    deputy's own."""
    granted = scopes(user.roles, Action.EDIT, Thing.ORGANISATION)
    if Scope.ALL in granted:
        return Organisation.objects.all()
    if Scope.OWN_ORGANISATION not in granted:
        return Organisation.objects.none()
    own = Representative.objects.filter(
        holds_on(day_of(at)), user=user, duty__in=KEEPS_CONTACT, organisation=OuterRef("pk")
    )
    return Organisation.objects.filter(Exists(own))


def question_set_choices() -> list[tuple[str, str]]:
    """Codes with the name of the newest version; two sets may share a name, so the code stands beside it."""
    names = dict(QuestionSet.objects.order_by("version").values_list("code", "name"))
    return [(code, f"{name} ({code})") for code, name in sorted(names.items(), key=lambda one: one[1])]


def person_by_email(email: str) -> User | None:
    return User.objects.filter(email=email.strip().casefold(), is_active=True).first()


def is_partner(user: User) -> bool:
    return Role.PARTNER in user.roles


def without_lead(*, on: date) -> QuerySet[Organisation]:
    """Organisations that take part with nobody who answers for their returns."""
    able = User.objects.holding(Role.PARTNER).order_by()
    answering = Representative.objects.filter(
        holds_on(on), duty__in=ANSWERS_FOR, user__in=able, organisation=OuterRef("pk")
    )
    return Organisation.objects.participating(on).filter(~Exists(answering))


def waiting_for(user: User, at: datetime) -> list[Waiting]:
    if not may_edit(user):
        return []
    count = without_lead(on=day_of(at)).count()
    if not count:
        return []
    who = "1 organisation takes" if count == 1 else f"{count} organisations take"
    return [Waiting(count, f"{who} part and nobody answers for the returns", "organisations")]


def found_by(rows: QuerySet[Organisation], *, kind: str, show: str, on: date) -> QuerySet[Organisation]:
    """Those in force unless `show` says otherwise ("withdrawn", "all")."""
    if kind:
        rows = rows.filter(kind=kind)
    if show == "all":
        return rows
    gone = Q(withdrawn_on__lte=on)
    return rows.filter(gone) if show == "withdrawn" else rows.exclude(gone)
