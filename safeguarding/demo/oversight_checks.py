"""Assessments before the visits of the pandemic: one before each face-to-face visit, some that said to stay
away, and the protective equipment that they ask for."""

from datetime import timedelta
from typing import Any

from safeguarding.demo.oversight_ground import (
    ASSESSED_SINCE,
    ASSESSED_UNTIL,
    Contact,
    Ground,
    model,
    moment,
    rng_for,
    texts,
    uid,
    write,
)

VALID = timedelta(hours=24)
# Most visits had nothing against them; the rest went with equipment.
_WITH_EQUIPMENT, _STAYED_AWAY, _SHORT_OF_EQUIPMENT = 0.3, 0.45, 0.25


def store(ground: Ground, without: frozenset[int], against: frozenset[int]) -> int:
    """Visits (keys) `without` get no assessment, those `against` one that said not to go."""
    kind = model("PreVisitAssessment")
    rows = [
        _before(kind, visit, against=visit.pk in against)
        for visit in ground.face_to_face
        if ASSESSED_SINCE <= visit.day <= ASSESSED_UNTIL and visit.pk not in without
    ]
    days = {(visit.child, visit.day) for visit in ground.face_to_face}
    for contacts in ground.alternatives.values():
        for contact in contacts:
            near = any((contact.child, contact.day + timedelta(days=n)) in days for n in (-1, 0, 1))
            if ASSESSED_SINCE <= contact.day <= ASSESSED_UNTIL and not near:
                rows += _stayed_away(kind, contact)
    return len(write(kind, rows))


def _before(kind: type, visit: Contact, *, against: bool) -> Any:
    rng = rng_for("assessment", visit.ref)
    roll = rng.random()
    equipment = {"mask": 1, "gloves": 1, "apron": 1} if rng.random() < 0.5 else {"mask": 1, "gloves": 2}
    urgency = rng.choice(("soon", "soon", "routine"))
    if against:
        household, needed, had, result = ["symptoms"], {"mask": 1, "apron": 1}, {"mask": 1}, "do_not_go"
    elif roll < _WITH_EQUIPMENT:
        household = [rng.choice(("shielding", "contact"))]
        needed, had, result, urgency = equipment, equipment, "go_with_ppe", "soon"
    else:
        household, needed, had, result = ["none"], {}, {}, "go"
    return _row(kind, visit, household, needed, had, result, urgency)


def _stayed_away(kind: type, contact: Contact) -> list[Any]:
    """What some alternatives were made for."""
    rng = rng_for("stayed", contact.ref)
    if rng.random() > _STAYED_AWAY:
        return []
    needed = {"mask": 2, "gloves": 2, "apron": 2}
    had = {"mask": 1, "gloves": 2} if rng.random() < _SHORT_OF_EQUIPMENT else needed
    household = [rng.choice(("symptoms", "isolating"))]
    return [_row(kind, contact, household, needed, had, "do_not_go", "soon")]


def _row(
    kind: type, contact: Contact, household: list[str], needed: dict, had: dict, result: str, urgency: str
) -> Any:
    rng = rng_for("assessed", contact.ref)
    made_at = moment(contact.day, rng, 7, 9)
    alone = rng.random() < 0.25
    return kind(
        uid=uid(rng),
        child_id=contact.child,
        made_at=made_at,
        made_by_id=contact.worker,
        valid_until=made_at + VALID,
        household=household,
        purpose_kind=rng.choice(("statutory", "statutory", "statutory", "concern", "support")),
        urgency=urgency,
        lone_working=alone,
        lone_working_plan=texts()["lone_working_plan"][0] if alone else "",
        ppe_needed=needed,
        ppe_available=had,
        alternatives_considered=rng.choice(texts()["considered"]),
        proposed=result,
        result=result,
    )
