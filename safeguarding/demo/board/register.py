"""The register of the demonstration: risks with their ratings, looks, controls, links, contributions and
acceptances, as they came about from March 2020 on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from accounts.constants import Role
from partners.selectors.backlogs import backlogs_at
from riskregister.constants import RatingKind, Response, RiskState
from riskregister.rules.ratings import band_of, review_due
from riskregister.selectors.as_at import matrix_fact
from safeguarding.demo.board.ground import CHAIR, COORDINATOR, Desk, model, read, rng_for, uid, write
from safeguarding.demo.partnership.ground import uid as partnership_uid
from safeguarding.kernel.periods import day_of

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
# Between the first words of a risk and its place on the register.
DRAFTED = timedelta(hours=2)


@dataclass
class Entry:
    """A risk as it is laid out."""

    written: dict[str, Any]
    row: Any
    opened_at: datetime
    closed_at: datetime | None = None
    ratings: list[Any] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.written["key"]

    @property
    def label(self) -> str:
        return f"R-{self.row.number:03d} {self.row.title}"

    @property
    def draft(self) -> bool:
        return bool(self.written.get("draft"))

    def open_at(self, at: datetime) -> bool:
        return not self.draft and self.opened_at <= at and (self.closed_at is None or at < self.closed_at)


def store(desk: Desk, signals: dict[str, Any]) -> dict[str, Entry]:
    """Writes the register as it stands at `desk.at`; the risks by key, numbered as they came."""
    entries = _laid_out(desk, signals)
    matrix = _matrices()
    for one in entries:
        _ratings(desk, one, matrix)
        _life(desk, one)
    write("Risk", [one.row for one in entries])
    write("RatingChange", [rating for one in entries for rating in one.ratings])
    write("RiskLook", [look for one in entries for look in _looks(desk, one, matrix)])
    write("Control", [control for one in entries for control in _controls(desk, one)])
    write("RiskLink", [link for one in entries for link in _links(desk, one)])
    write("Acceptance", [row for one in entries for row in _acceptances(desk, one)])
    by_key = {one.key: one for one in entries}
    write("Contribution", [row for one in entries for row in _contributions(desk, one, by_key)])
    return by_key


def _laid_out(desk: Desk, signals: dict[str, Any]) -> list[Entry]:
    entries = []
    for written in read("risks"):
        opened_at = desk.moment(written["opened"], "opened", written["key"])
        if opened_at < desk.at and desk.now(written["opened"]):
            entries.append(Entry(written, None, opened_at))
    entries.sort(key=lambda one: one.opened_at)
    library = {row.code: row for row in model("LibraryRisk")._default_manager.all()}
    for number, one in enumerate(entries, 1):
        one.row = _row(desk, one, number, library)
        one.row.signal = signals.get(one.written.get("signal", ""))
    return entries


def _row(desk: Desk, one: Entry, number: int, library: dict[str, Any]) -> Any:
    written, day = one.written, one.opened_at.date()
    partner = written["organisation"]
    by = desk.lead(partner, day) if partner else desk.person(COORDINATOR)
    copied = {"copied_from": library[written["library"]]} if written.get("library") else {}
    return model("Risk")(
        uid=uid("risk", one.key),
        number=number,
        organisation=desk.organisation(partner, day),
        owner=by if partner else desk.person(written["owner"]),
        response=Response.TREAT if "tolerated" in written else written.get("response", Response.TREAT),
        restricted=written.get("restricted", False),
        rollup=written.get("rollup", "worst"),
        created_at=one.opened_at - DRAFTED,
        created_by=by,
        **copied,
        **{name: written[name] for name in ("title", "cause", "event", "consequence", "theme", "functions")},
    )


# --- Ratings --------------------------------------------------------------------------------


def _matrices() -> dict[date, Any]:
    """Matrices in force, by their first day."""
    rows = model("Matrix")._default_manager.filter(confirmed_at__isnull=False).order_by("effective_from")
    return {row.effective_from: row for row in rows}


def _in_force(matrices: dict[date, Any], day: date) -> Any:
    return matrices[max(first for first in matrices if first <= day)]


def _ratings(desk: Desk, one: Entry, matrices: dict[date, Any]) -> None:
    drafted = one.opened_at - DRAFTED
    first = "As the risk was written down, from what the partners at the table knew."
    without = "Without any of the controls, by the same people."
    _rating(desk, one, matrices, RatingKind.INHERENT, one.written["inherent"], drafted + 5 * _MINUTE, without)
    _rating(desk, one, matrices, RatingKind.TARGET, one.written["target"], drafted + 6 * _MINUTE, first)
    for number, (day, likelihood, impact, reason, evidence, confidence, *dated) in enumerate(
        one.written["current"]
    ):
        at = desk.moment(day, "rated", one.key) if number else drafted + 7 * _MINUTE
        if at < desk.at and desk.now(day):
            _rating(
                desk,
                one,
                matrices,
                RatingKind.CURRENT,
                [likelihood, impact],
                at,
                reason,
                evidence=evidence,
                confidence=confidence,
                dated_on=desk.day(dated[0]) if dated else day_of(at),
            )


def _rating(
    desk: Desk,
    one: Entry,
    matrices: dict[date, Any],
    kind: str,
    cell: list[int],
    at: datetime,
    reason: str,
    *,
    evidence: str = "",
    confidence: str = "medium",
    dated_on: date | None = None,
) -> None:
    matrix = _in_force(matrices, day_of(at))
    before = [row for row in one.ratings if row.kind == kind]
    likelihood, impact = cell
    band = band_of(matrix_fact(matrix), likelihood, impact)
    words = matrix.cells.get(f"{likelihood} x {impact}", "") or (
        f"{band.label}: {matrix.likelihoods[likelihood - 1]['name']}, {matrix.impacts[impact - 1]['name']}"
    )
    one.ratings.append(
        model("RatingChange")(
            uid=uid("rating", one.key, kind, len(before)),
            risk=one.row,
            kind=kind,
            matrix=matrix,
            likelihood=likelihood,
            impact=impact,
            from_likelihood=before[-1].likelihood if before else None,
            from_impact=before[-1].impact if before else None,
            words=words[:400],
            reason=reason,
            evidence=evidence,
            confidence=confidence,
            dated_on=dated_on or day_of(at),
            at=at,
            by=_owner(desk, one, at),
        )
    )


def _owner(desk: Desk, one: Entry, at: datetime) -> Any:
    partner = one.written["organisation"]
    return desk.lead(partner, at.date()) if partner else desk.person(COORDINATOR)


# --- From a draft to its end ----------------------------------------------------------------


def _life(desk: Desk, one: Entry) -> None:
    """Draft, open, changed, closed: each with its snapshot."""
    row, by = one.row, one.row.created_by
    desk.keep(row, "risk", row.created_at, by)
    if one.draft:
        row.version = 2 + len(one.ratings)
        return
    row.state, row.opened_at, row.opened_by = RiskState.OPEN, one.opened_at, by
    desk.keep(row, "risk", one.opened_at, by)
    changes = 1
    for at, values, reason in sorted(_changes(desk, one), key=lambda change: change[0]):
        if at >= desk.at:
            break
        for name, value in values.items():
            setattr(row, name, value)
        if values.get("state") == RiskState.CLOSED:
            one.closed_at, row.closed_at, row.closed_by = at, at, _owner(desk, one, at)
        desk.keep(row, "risk", at, _owner(desk, one, at), reason)
        changes += 1
    row.version = 1 + changes + len(one.ratings)


def _changes(desk: Desk, one: Entry) -> Iterator[tuple[datetime, dict[str, Any], str]]:
    written = one.written
    if "owned" in written:
        day, name = written["owned"]
        yield desk.moment(day, "owned", one.key), {"owner": desk.person(name)}, ""
    if "tolerated" in written:
        borne = {"response": Response.TOLERATE}
        yield desk.moment(written["tolerated"], "tolerated", one.key), borne, ""
    if "closed" in written:
        day, reason, changed = written["closed"]
        values = {"state": RiskState.CLOSED, "closed_reason": reason, "changed_for_children": changed}
        yield desk.moment(day, "closed", one.key), values, reason


# --- Looks ----------------------------------------------------------------------------------


def _looks(desk: Desk, one: Entry, matrices: dict[date, Any]) -> Iterator[Any]:
    """A look whenever the cadence asks for one, but in the times in which the risk was left alone."""
    if one.draft:
        return
    left_alone = [(desk.day(first), desk.day(last)) for first, last in one.written.get("neglect", ())]
    rates = [row for row in one.ratings if row.kind == RatingKind.CURRENT]
    last, number = day_of(rates[0].at), 0
    while True:
        current = [row for row in rates if day_of(row.at) <= last][-1]
        band = band_of(matrix_fact(current.matrix), current.likelihood, current.impact).band
        rng = rng_for("board look", one.key, number)
        number += 1
        cadence = _cadence(band, last)
        day = review_due(last, cadence.days) - rng.randrange(3) * _DAY
        following = [day_of(row.at) for row in rates if last < day_of(row.at) <= day]
        if following:
            # A rating is a look as well.
            last = following[0]
            continue
        for begin, end in left_alone:
            if begin <= day <= end:
                day = end + _DAY
        at = desk.moment(day.isoformat(), "look", one.key)
        if at >= desk.at or not one.open_at(at):
            return
        yield model("RiskLook")(
            risk=one.row,
            note=rng.choice(read("notes")["looks"]),
            at=at,
            by=_owner(desk, one, at) if _coordinators(one, cadence) else desk.person(CHAIR),
        )
        one.row.version += 1
        last = day


def _cadence(band: str, day: date) -> Any:
    rows = model("ReviewCadence")._default_manager.filter(band=band, effective_from__lte=day, waits=False)
    return rows.order_by("-effective_from").first()


def _coordinators(one: Entry, cadence: Any) -> bool:
    """A partner looks at its own risks itself; the gravest of the partnership are the board's."""
    return bool(one.written["organisation"]) or Role.COORDINATOR in cadence.authority


# --- What belongs to a risk -----------------------------------------------------------------


def _controls(desk: Desk, one: Entry) -> Iterator[Any]:
    for number, (text, organisation, state, assurance, proof, proof_on, since, *again) in enumerate(
        one.written.get("controls", ())
    ):
        at = max(desk.moment(since, "control", one.key, number), one.opened_at - 20 * _MINUTE)
        if at >= desk.at or not desk.now(since):
            continue
        by = _owner(desk, one, at)
        control = model("Control")(
            uid=uid("control", one.key, number),
            risk=one.row,
            text=text,
            organisation=desk.organisation(organisation, at.date()),
            state="planned" if state == "planned" else "in_place",
            assurance="none",
        )
        desk.keep(control, "control", at, by)
        shown = desk.moment(proof_on, "shown", one.key, number) if proof_on else at + 30 * _DAY
        if shown < desk.at and (state, assurance) != (control.state, control.assurance):
            control.state, control.assurance, control.proof = state, assurance, proof
            control.proof_on = day_of(shown) if proof_on else None
            control.version = 2
            desk.keep(control, "control", max(shown, at + 5 * _MINUTE), by)
        for day in again[0] if again else ():
            seen = desk.moment(day, "shown again", one.key, number)
            if seen < desk.at and desk.now(day):
                control.proof_on, control.version = day_of(seen), control.version + 1
                desk.keep(control, "control", seen, _owner(desk, one, seen))
        yield control


def _links(desk: Desk, one: Entry) -> Iterator[Any]:
    for number, (kind, target, label, *since) in enumerate(one.written.get("links", ())):
        found = _target(desk, kind, target)
        at = desk.moment(since[0], "link", one.key) if since else one.opened_at + (number + 1) * _MINUTE
        if found is None or at >= desk.at:
            continue
        link = model("RiskLink")(
            uid=uid("link", one.key, number), risk=one.row, kind=kind, target=found, label=label
        )
        desk.keep(link, "link", at, _owner(desk, one, at))
        yield link
    if one.row.signal:
        link = model("RiskLink")(
            uid=uid("link", one.key, "signal"),
            risk=one.row,
            kind="signal",
            target=str(one.row.signal.uid),
            label="The threat that it came from",
        )
        desk.keep(link, "link", one.opened_at, _owner(desk, one, one.opened_at))
        yield link


def _target(desk: Desk, kind: str, target: str) -> str | None:
    """A code as it is; "@key" is a record of the partnership, None where it is not there yet."""
    if not target.startswith("@"):
        return target
    if kind == "backlog":
        partner, _, of_kind = target[1:].partition("/")
        name = desk.organisation(partner, desk.as_of).name
        for one in backlogs_at(desk.at):
            if one.kind == of_kind and one.partner.name == name:
                return str(one.uid)
        return None
    return str(partnership_uid(kind, *target[1:].split("/")))


def _contributions(desk: Desk, one: Entry, by_key: dict[str, Entry]) -> Iterator[Any]:
    for key in one.written.get("contributes", ()):
        if to := by_key.get(key):
            row = model("Contribution")(uid=uid("contribution", one.key, key), risk=one.row, to=to.row)
            at = max(one.opened_at, to.opened_at) + 10 * _MINUTE
            desk.keep(row, "contribution", at, desk.person(COORDINATOR))
            yield row


def _acceptances(desk: Desk, one: Entry) -> Iterator[Any]:
    for number, written in enumerate(one.written.get("acceptances", ())):
        day, name = written["asked"]
        asked_at = desk.moment(day, "asked", one.key)
        if asked_at >= desk.at or not desk.now(day):
            continue
        row = model("Acceptance")(
            uid=uid("acceptance", one.key, number),
            risk=one.row,
            conditions=written["conditions"],
            reason=written["reason"],
            asked_at=asked_at,
            asked_by=desk.person(name),
            expires_on=desk.day(written["until"]),
        )
        desk.keep(row, "acceptance", asked_at, row.asked_by)
        if written["decided"]:
            day, name = written["decided"]
            decided_at = desk.moment(day, "decided", one.key)
            if decided_at < desk.at:
                row.approved_at, row.approved_by, row.version = decided_at, desk.person(name), 2
                desk.keep(row, "acceptance", decided_at, row.approved_by)
        yield row
