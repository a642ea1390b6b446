"""The register's writing: each is one transaction of lock, rules, change, history and audit event."""

import uuid
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.audit import Actor, record
from accounts.selectors import User
from operations.services import lock, once
from partners.constants import SourceKind
from partners.selectors.counts import open_actions_by_source
from riskregister.constants import RatingKind, RiskState
from riskregister.history import keep
from riskregister.models import (
    Acceptance,
    Contribution,
    Control,
    LibraryRisk,
    Matrix,
    RatingChange,
    Risk,
    RiskLink,
    RiskLook,
    Signal,
)
from riskregister.rules import register as rules
from riskregister.rules.ratings import band_of
from riskregister.rules.register import RatingDraft, RiskDraft
from riskregister.selectors.as_at import matrix_fact
from riskregister.selectors.authority import authority_over
from safeguarding.kernel.errors import Refusal, StaleEdit
from safeguarding.kernel.periods import day_of

_NUMBERS = "risk-numbers"


def add_risk(
    *,
    user: User,
    draft: RiskDraft,
    organisation_id: int | None,
    owner: User | None,
    owner_organisation_id: int | None,
    token: UUID,
    now: datetime,
    copied_from: LibraryRisk | None = None,
    signal: Signal | None = None,
) -> Risk:
    """A draft on the register; `organisation_id` None: a risk of the partnership.

    Raises AlreadyDone(uid), or the first fault of `rules.risk_faults`.
    """
    with transaction.atomic():
        risk = Risk(uid=uuid.uuid4(), created_at=now, created_by=user)
        once(token=token, purpose="add_risk", user=user, outcome=str(risk.uid), now=now)
        for fault in rules.risk_faults(draft):
            raise fault
        # Numbers are said aloud in meetings: one series, without doubles.
        lock(_NUMBERS, now=now)
        risk.number = (Risk.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        risk.organisation_id = organisation_id
        risk.owner, risk.owner_organisation_id = owner, owner_organisation_id
        risk.copied_from, risk.signal = copied_from, signal
        _take(risk, draft)
        risk.save(force_insert=True)
        _done(risk, "risk.added", user, now, {"theme": risk.theme})
    return risk


def edit_risk(
    *,
    user: User,
    risk: Risk,
    draft: RiskDraft,
    owner: User | None,
    owner_organisation_id: int | None,
    expected_version: int,
    now: datetime,
) -> Risk:
    """Raises StaleEdit, Refusal('risk_closed'), or the first fault of `rules.risk_faults`."""
    with transaction.atomic():
        current = _locked(risk, expected_version)
        if current.state == RiskState.CLOSED:
            raise Refusal("risk_closed", "This risk is closed. Open it again before you change it.")
        for fault in rules.risk_faults(draft):
            raise fault
        _take(current, draft)
        current.owner, current.owner_organisation_id = owner, owner_organisation_id
        _save(current)
        _done(current, "risk.edited", user, now, {"version": current.version})
    return current


def rate(
    *, user: User, risk: Risk, draft: RatingDraft, expected_version: int, token: UUID, now: datetime
) -> RatingChange:
    """Adds a rating change; nothing is edited.

    Raises AlreadyDone(uid), StaleEdit, Refusal('no_matrix') or the first fault of `rules.rating_faults`."""
    today = day_of(now)
    with transaction.atomic():
        change = RatingChange(uid=uuid.uuid4())
        once(token=token, purpose="rate_risk", user=user, outcome=str(change.uid), now=now)
        current = _locked(risk, expected_version)
        last = current.ratings.filter(kind=draft.kind).order_by("-at", "-pk").first()
        standing = (last.likelihood, last.impact, last.confidence) if last else None
        opened_on = day_of(current.opened_at) if current.opened_at else None
        faults = rules.rating_faults(
            draft, state=RiskState(current.state), last=standing, opened_on=opened_on, today=today
        )
        for fault in faults:
            raise fault
        matrix = matrix_in_force(today)
        change.risk, change.matrix, change.kind = current, matrix, RatingKind(draft.kind)
        change.likelihood, change.impact = draft.likelihood, draft.impact
        change.from_likelihood, change.from_impact = standing[:2] if standing else (None, None)
        change.words = _words(matrix, draft)
        change.reason, change.evidence = draft.reason.strip(), draft.evidence.strip()
        change.confidence, change.dated_on = draft.confidence, draft.dated_on
        change.at, change.by = now, user
        change.save(force_insert=True)
        _save(current)
        detail = {
            "kind": draft.kind,
            "from": list(standing or ())[:2],
            "to": [draft.likelihood, draft.impact],
        }
        _audit("risk.rated", current, user, now, detail)
    return change


def matrix_in_force(day: date) -> Matrix:
    """Raises Refusal('no_matrix')."""
    found = Matrix.objects.filter(effective_from__lte=day, confirmed_at__isnull=False)
    matrix = found.order_by("-effective_from").first()
    if matrix is None:
        raise Refusal("no_matrix", "No risk matrix is in force. Ask the coordinator to set one.")
    return matrix


def _words(matrix: Matrix, draft: RatingDraft) -> str:
    """What the matrix says of the cell, kept with the rating."""
    band = band_of(matrix_fact(matrix), draft.likelihood, draft.impact)
    of_cell = matrix.cells.get(f"{draft.likelihood} x {draft.impact}", "")
    likelihood = matrix.likelihoods[draft.likelihood - 1]["name"]
    impact = matrix.impacts[draft.impact - 1]["name"]
    return (of_cell or f"{band.label}: {likelihood}, {impact}")[:400]


def open_risk(*, user: User, risk: Risk, expected_version: int, now: datetime) -> Risk:
    """From a draft onto the register. Raises StaleEdit, Refusal('not_a_draft' | 'not_rated')."""
    with transaction.atomic():
        current = _locked(risk, expected_version)
        rated = current.ratings.filter(kind=RatingKind.CURRENT).exists()
        rules.opening(state=RiskState(current.state), rated=rated)
        current.state, current.opened_at, current.opened_by = RiskState.OPEN, now, user
        _save(current)
        _done(current, "risk.opened", user, now, {})
    return current


def close_risk(
    *, user: User, risk: Risk, reason: str, changed_for_children: str, expected_version: int, now: datetime
) -> Risk:
    """Raises StaleEdit, or a Refusal of `rules.closing`."""
    with transaction.atomic():
        current = _locked(risk, expected_version)
        rules.closing(
            state=RiskState(current.state),
            reason=reason,
            changed=changed_for_children,
            open_actions=open_actions_by_source(SourceKind.RISK).get(str(current.uid), 0),
        )
        current.state, current.closed_at, current.closed_by = RiskState.CLOSED, now, user
        current.closed_reason = reason.strip()
        current.changed_for_children = changed_for_children.strip()
        _save(current)
        _done(current, "risk.closed", user, now, {}, reason=reason)
    return current


def reopen_risk(*, user: User, risk: Risk, reason: str, expected_version: int, now: datetime) -> Risk:
    """What the closing said stays in the history. Raises StaleEdit, or a Refusal of `rules.reopening`."""
    with transaction.atomic():
        current = _locked(risk, expected_version)
        rules.reopening(state=RiskState(current.state), reason=reason)
        current.state, current.closed_at, current.closed_by = RiskState.OPEN, None, None
        current.closed_reason = current.changed_for_children = ""
        _save(current)
        _done(current, "risk.reopened", user, now, {}, reason=reason)
    return current


def look_again(*, user: User, risk: Risk, note: str, expected_version: int, now: datetime) -> RiskLook:
    """The rating still holds. Raises StaleEdit, or a Refusal of `rules.look`."""
    with transaction.atomic():
        current = _locked(risk, expected_version)
        rules.look(
            state=RiskState(current.state),
            note=note,
            roles=frozenset(role.value for role in user.roles),
            authority=authority_over(current, day_of(now)),
        )
        made = RiskLook.objects.create(risk=current, note=note.strip(), at=now, by=user)
        _save(current)
        _audit("risk.reviewed", current, user, now, {})
    return made


def save_control(
    *,
    user: User,
    risk: Risk,
    control: Control | None,
    values: dict[str, Any],
    expected_version: int,
    now: datetime,
    token: UUID | None = None,
) -> Control:
    """Adds or changes a control. `values`: text, organisation_id, state, assurance, proof, proof_on. `token`:
    of the form that adds one.

    Raises AlreadyDone(uid), StaleEdit, or a Refusal of `rules.control`.
    """
    with transaction.atomic():
        Risk.objects.select_for_update(no_key=True, of=("self",)).get(pk=risk.pk)
        if control is None:
            current = Control(uid=uuid.uuid4(), risk=risk)
            if token is not None:
                once(token=token, purpose="add_control", user=user, outcome=str(current.uid), now=now)
        else:
            current = Control.objects.select_for_update(of=("self",)).get(pk=control.pk)
            _unchanged(current.version, expected_version)
            _next(current)
        checked = {name: values[name] for name in ("text", "state", "assurance", "proof", "proof_on")}
        rules.control(**checked, today=day_of(now))
        for name, value in values.items():
            setattr(current, name, value)
        current.save()
        keep(current, thing="control", at=now, by=user)
        verb = "risk.control_changed" if control else "risk.control_added"
        _audit(verb, risk, user, now, {"control": str(current.uid)})
    return current


def link(*, user: User, risk: Risk, kind: str, target: str, label: str, now: datetime) -> RiskLink:
    """Says what a risk has to do with. Linking twice is one link."""
    with transaction.atomic():
        Risk.objects.select_for_update(no_key=True, of=("self",)).get(pk=risk.pk)
        found, made = RiskLink.objects.get_or_create(
            risk=risk, kind=kind, target=target, removed_at=None, defaults={"label": label[:200]}
        )
        if made:
            keep(found, thing="link", at=now, by=user)
            _audit("risk.linked", risk, user, now, {"kind": kind})
    return found


def unlink(*, user: User, found: RiskLink, now: datetime) -> None:
    with transaction.atomic():
        current = RiskLink.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if current.removed_at is None:
            current.removed_at = now
            current.save(update_fields=["removed_at"])
            keep(current, thing="link", at=now, by=user)
            _audit("risk.unlinked", current.risk, user, now, {"kind": current.kind})


def contribute(*, user: User, risk: Risk, to: Risk, now: datetime) -> Contribution:
    """A partner's risk counts towards a partnership risk. Raises Refusal('wrong_direction' | 'not_open')."""
    with transaction.atomic():
        keys = sorted({risk.pk, to.pk})
        locked = Risk.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk")
        states = {one.pk: RiskState(one.state) for one in locked}
        rules.contribution(
            ours=risk.organisation_id is not None,
            theirs=to.organisation_id is None,
            same=risk.pk == to.pk,
            states=frozenset(states.values()),
        )
        found, made = Contribution.objects.get_or_create(risk=risk, to=to, ended_at=None)
        if made:
            keep(found, thing="contribution", at=now, by=user)
            _audit("risk.contributes", to, user, now, {"risk": str(risk.uid)})
    return found


def stop_contributing(*, user: User, found: Contribution, now: datetime) -> None:
    with transaction.atomic():
        current = Contribution.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if current.ended_at is None:
            current.ended_at = now
            current.save(update_fields=["ended_at"])
            keep(current, thing="contribution", at=now, by=user)
            _audit("risk.contributes_no_longer", current.to, user, now, {"risk": str(current.risk.uid)})


def ask_acceptance(
    *, user: User, risk: Risk, conditions: str, reason: str, expires_on: date, now: datetime
) -> Acceptance:
    """Asks the board to bear the risk. Raises Refusal('already_asked') or one of `rules.acceptance`."""
    with transaction.atomic():
        current = Risk.objects.select_for_update(no_key=True, of=("self",)).get(pk=risk.pk)
        rules.acceptance(
            response=current.response,
            state=RiskState(current.state),
            conditions=conditions,
            reason=reason,
            expires_on=expires_on,
            today=day_of(now),
        )
        waiting = current.acceptances.filter(ended_at=None, refused_at=None, approved_at=None).first()
        if waiting and waiting.expires_on >= day_of(now):
            raise Refusal("already_asked", "The board has already been asked, and has not decided yet.")
        if waiting:
            # Nobody decided in time.
            _end(waiting, user, now)
        made = Acceptance.objects.create(
            uid=uuid.uuid4(),
            risk=current,
            conditions=conditions.strip(),
            reason=reason.strip(),
            expires_on=expires_on,
            asked_at=now,
            asked_by=user,
        )
        keep(made, thing="acceptance", at=now, by=user)
        _audit("risk.acceptance_asked", current, user, now, {"expires_on": str(expires_on)})
    return made


def decide_acceptance(
    *, user: User, asked: Acceptance, approve: bool, reason: str, expected_version: int, now: datetime
) -> Acceptance:
    """A board member approves or refuses, never who asked.

    Raises StaleEdit, Refusal('four_eyes' | 'already_decided' | 'already_over' | 'not_open' |
    'reason_missing').
    """
    with transaction.atomic():
        risk = Risk.objects.select_for_update(no_key=True, of=("self",)).get(pk=asked.risk_id)
        current = Acceptance.objects.select_for_update(of=("self",)).get(pk=asked.pk)
        rules.decision(
            decided=bool(current.approved_at or current.refused_at or current.ended_at),
            same_person=current.asked_by_id == user.pk,
            state=RiskState(risk.state),
            approve=approve,
            reason=reason,
            expires_on=current.expires_on,
            today=day_of(now),
        )
        _unchanged(current.version, expected_version)
        _next(current)
        if approve:
            # What stood until now gives way; there is never a day between.
            for standing in risk.acceptances.filter(ended_at=None, approved_at__isnull=False):
                _end(standing, user, now)
            current.approved_at, current.approved_by = now, user
        else:
            current.refused_at, current.refused_by, current.refused_reason = now, user, reason.strip()
        current.save()
        keep(current, thing="acceptance", at=now, by=user, reason=reason.strip())
        verb = "risk.accepted" if approve else "risk.acceptance_refused"
        _audit(verb, risk, user, now, {"acceptance": str(current.uid)})
    return current


def record_export(*, user: User, rows: int, filters: dict[str, Any], now: datetime) -> None:
    """Puts a download of the register on the trail."""
    with transaction.atomic():
        record(
            "risk.exported", actor=Actor.person(user), at=now, object_kind="risk",
            detail={"rows": rows, **filters},
        )  # fmt: skip


def _end(acceptance: Acceptance, user: User, now: datetime) -> None:
    acceptance.ended_at, acceptance.ended_by = now, user
    acceptance.save(update_fields=["ended_at", "ended_by"])
    keep(acceptance, thing="acceptance", at=now, by=user)


def _take(risk: Risk, draft: RiskDraft) -> None:
    risk.title, risk.cause, risk.event = draft.title.strip(), draft.cause.strip(), draft.event.strip()
    risk.consequence, risk.theme = draft.consequence.strip(), draft.theme
    risk.functions = sorted(draft.functions)
    risk.response, risk.rollup, risk.restricted = draft.response, draft.rollup, draft.restricted


def _locked(risk: Risk, expected_version: int) -> Risk:
    current = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    _unchanged(current.version, expected_version)
    return current


def _unchanged(version: int, expected: int) -> None:
    if version != expected:
        raise StaleEdit(version, expected)


def _save(risk: Risk) -> None:
    _next(risk)
    risk.save()


def _next(row: Risk | Control | Acceptance) -> None:
    """Takes the next version. By a filter on the one before, which holds even where no lock does (SQLite has
    no row locks). Raises StaleEdit."""
    was = row.version
    if not type(row)._default_manager.filter(pk=row.pk, version=was).update(version=was + 1):
        raise StaleEdit(was + 1, was)
    row.version = was + 1


def _done(risk: Risk, action: str, user: User, now: datetime, detail: dict, reason: str = "") -> None:
    keep(risk, thing="risk", at=now, by=user, reason=reason)
    _audit(action, risk, user, now, detail)


def _audit(action: str, risk: Risk, user: User, now: datetime, detail: dict) -> None:
    record(action, actor=Actor.person(user), at=now, object_kind="risk", object_uid=risk.uid, detail=detail)
