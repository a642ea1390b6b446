"""Organisations: made, changed and withdrawn; who answers for them, what they are by law, and whether they
take part. Each is one transaction of lock, rules, change and audit event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.audit import Actor, record
from accounts.policy import Action, Scope, Thing, scopes
from accounts.selectors import User
from operations.services import once
from partners.constants import OrganisationKind
from partners.models import Organisation, Participation, QuestionSet, Representative, StatutoryRole
from partners.rules import organisations as rules
from partners.rules.organisations import Span
from partners.rules.texts import check_text
from partners.selectors import organisations as selectors
from partners.services.base import OutOfReach, need, unchanged, write
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of


@dataclass(frozen=True)
class Contact:
    email: str = ""
    phone: str = ""
    note: str = ""

    def columns(self) -> dict[str, str]:
        note = check_text(self.note, field="contact_note", length=rules.CONTACT_NOTE_LENGTH)
        phone = check_text(self.phone, field="contact_phone", length=40)
        return {"contact_email": self.email, "contact_phone": phone, "contact_note": note}


@dataclass(frozen=True)
class OrganisationDraft:
    name: str
    kind: str
    short_name: str = ""
    areas: tuple[str, ...] = ()
    predecessor: Organisation | None = None
    contact: Contact = field(default_factory=Contact)

    def columns(self) -> dict[str, Any]:
        name = check_text(self.name, field="name", length=rules.NAME_LENGTH, missing="Enter the name")
        if self.kind not in OrganisationKind.values:
            raise Refusal("unknown_kind", "Select the kind of organisation from the list", "kind")
        short = check_text(self.short_name, field="short_name", length=rules.SHORT_NAME_LENGTH)
        return {
            "name": name,
            "short_name": short,
            "kind": self.kind,
            "areas": list(self.areas),
            "predecessor": self.predecessor,
            **self.contact.columns(),
        }


def create_organisation(*, user: User, draft: OrganisationDraft, token: UUID, now: datetime) -> Organisation:
    """Raises AlreadyDone(uid of the organisation), OutOfReach, Refusal('name_taken' | …)."""
    with transaction.atomic():
        need(user, Action.CREATE, Thing.ORGANISATION)
        made = Organisation()
        once(token=token, purpose="create_organisation", user=user, outcome=str(made.uid), now=now)
        for name, value in draft.columns().items():
            setattr(made, name, value)
        _unless_taken(lambda: made.save(force_insert=True))
        _audit("organisation.created", made, user, now, {"kind": made.kind})
    return made


def edit_organisation(
    *, user: User, organisation: Organisation, draft: OrganisationDraft, expected_version: int, now: datetime
) -> Organisation:
    """Raises OutOfReach, StaleEdit, Refusal('name_taken' | 'own_predecessor' | …)."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        columns = draft.columns()
        if draft.predecessor and draft.predecessor.pk == current.pk:
            words = "An organisation cannot take over from itself. Select another one"
            raise Refusal("own_predecessor", words, "predecessor")
        unchanged(current, expected_version)
        changed = _changed(current, columns)
        _unless_taken(lambda: write(current, **columns))
        _audit("organisation.changed", current, user, now, {"fields": changed})
    return current


def edit_contact(
    *, user: User, organisation: Organisation, contact: Contact, expected_version: int, now: datetime
) -> Organisation:
    """Also by the organisation's own lead or deputy. Raises OutOfReach, StaleEdit or Refusal."""
    with transaction.atomic():
        current = _locked(organisation)
        if not selectors.contact_editable_by(user, at=now).filter(pk=current.pk).exists():
            raise OutOfReach
        columns = contact.columns()
        unchanged(current, expected_version)
        changed = _changed(current, columns)
        write(current, **columns)
        _audit("organisation.changed", current, user, now, {"fields": changed})
    return current


def withdraw_organisation(
    *, user: User, organisation: Organisation, on: date, expected_version: int, now: datetime
) -> Organisation:
    """From `on` it takes part no longer; what it did stays readable."""
    with transaction.atomic():
        need(user, Action.WITHDRAW, Thing.ORGANISATION)
        current = _locked(organisation)
        rules.withdraw(current.withdrawn_on)
        unchanged(current, expected_version)
        write(current, withdrawn_on=on)
        _audit("organisation.withdrawn", current, user, now, {"on": on.isoformat()})
    return current


def reinstate_organisation(
    *, user: User, organisation: Organisation, expected_version: int, now: datetime
) -> Organisation:
    with transaction.atomic():
        need(user, Action.WITHDRAW, Thing.ORGANISATION)
        current = _locked(organisation)
        rules.reinstate(current.withdrawn_on)
        unchanged(current, expected_version)
        before = current.withdrawn_on
        write(current, withdrawn_on=None)
        _audit("organisation.reinstated", current, user, now, {"was": str(before)})
    return current


def add_representative(
    *, user: User, organisation: Organisation, email: str, duty: str, from_date: date, now: datetime
) -> Representative:
    """Raises OutOfReach, Refusal('no_account') or the first Refusal of `rules.representative`."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        person = selectors.person_by_email(email)
        if person is None:
            words = "No account in use has this address. Invite the person first"
            raise Refusal("no_account", words, "email")
        others = _spans(Representative.objects.filter(user=person, organisation=current))
        span = Span(from_date)
        partner = selectors.is_partner(person)
        for fault in rules.representative(duty, is_partner=partner, span=span, others=others):
            raise fault
        made = Representative.objects.create(
            user=person, organisation=current, duty=duty, from_date=from_date
        )
        detail = {"person": str(person.uid), "duty": duty, "from": from_date.isoformat()}
        _audit("organisation.representative_added", current, user, now, detail)
    return made


def end_representative(
    *, user: User, organisation: Organisation, person: UUID, until: date, now: datetime
) -> Representative:
    """Raises OutOfReach, Refusal('not_a_representative' | 'ends_first')."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        row = current.representatives.filter(user__uid=person, until_date=None).first()
        if row is None:
            raise Refusal("not_a_representative", "This person does nothing for the organisation any more")
        rules.end(Span(row.from_date, row.until_date), until)
        _end(row, until)
        detail = {"person": str(person), "duty": row.duty, "until": until.isoformat()}
        _audit("organisation.representative_ended", current, user, now, detail)
    return row


def add_statutory_role(
    *, user: User, organisation: Organisation, role: str, span: Span, source: str, now: datetime
) -> StatutoryRole:
    """Raises OutOfReach or the first Refusal of `rules.statutory_role`."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        others = _spans(current.statutory_roles.filter(role=role))
        for fault in rules.statutory_role(role, span, others, today=day_of(now)):
            raise fault
        source = check_text(source, field="source", length=rules.SOURCE_LENGTH, missing="Enter the source")
        made = StatutoryRole.objects.create(organisation=current, role=role, source=source, **vars(span))
        detail = {"role": role, "from": str(span.from_date), "until": str(span.until_date or "")}
        _audit("organisation.statutory_role_added", current, user, now, detail)
    return made


def end_statutory_role(
    *, user: User, organisation: Organisation, role: str, until: date, now: datetime
) -> StatutoryRole:
    """Raises OutOfReach, Refusal('no_such_role') or a Refusal of `rules.statutory_role`."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        row = current.statutory_roles.filter(role=role, until_date=None).first()
        if row is None:
            raise Refusal("no_such_role", "Select a role that the organisation has now", "role")
        for fault in rules.statutory_role(role, Span(row.from_date, until), (), today=day_of(now)):
            raise fault
        _end(row, until)
        detail = {"role": role, "until": until.isoformat()}
        _audit("organisation.statutory_role_ended", current, user, now, detail)
    return row


def start_participation(
    *, user: User, organisation: Organisation, question_set_code: str, from_date: date, now: datetime
) -> Participation:
    """From then on it owes a return on each cycle. Raises OutOfReach, or as `rules.participation`."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        known = QuestionSet.objects.filter(code=question_set_code).exists()
        others = _spans(current.participations.all())
        for fault in rules.participation(Span(from_date), others, known_set=known):
            raise fault
        made = Participation.objects.create(
            organisation=current, question_set_code=question_set_code, from_date=from_date
        )
        detail = {"question_set": question_set_code, "from": from_date.isoformat()}
        _audit("organisation.participation_started", current, user, now, detail)
    return made


def end_participation(*, user: User, organisation: Organisation, until: date, now: datetime) -> Participation:
    """Raises OutOfReach, Refusal('takes_no_part' | 'ends_first')."""
    with transaction.atomic():
        _need_all(user)
        current = _locked(organisation)
        row = current.participations.filter(until_date=None).first()
        if row is None:
            raise Refusal("takes_no_part", "This organisation does not take part, or its end is set already")
        rules.end(Span(row.from_date, row.until_date), until)
        _end(row, until)
        detail = {"question_set": row.question_set_code, "until": until.isoformat()}
        _audit("organisation.participation_ended", current, user, now, detail)
    return row


def _need_all(user: User) -> None:
    """A partner's lead may change contact details only."""
    if Scope.ALL not in scopes(user.roles, Action.EDIT, Thing.ORGANISATION):
        raise OutOfReach


def _locked(organisation: Organisation) -> Organisation:
    """Whoever changes an organisation, or what belongs to it, waits here for whoever does so too."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _spans(rows: Any) -> list[Span]:
    return [Span(*dates) for dates in rows.values_list("from_date", "until_date")]


def _end(row: Any, until: date) -> None:
    row.until_date = until
    row.save(update_fields=["until_date"])


def _changed(current: Organisation, columns: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, value in columns.items() if getattr(current, name) != value)


def _unless_taken(save: Any) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        words = "Another organisation has this name already. Enter a different one"
        raise Refusal("name_taken", words, "name") from None


def _audit(action: str, row: Organisation, user: User, now: datetime, detail: dict[str, Any]) -> None:
    actor = Actor.person(user)
    record(action, actor=actor, at=now, object_kind="organisation", object_uid=row.uid, detail=detail)
