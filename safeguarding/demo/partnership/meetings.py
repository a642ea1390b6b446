"""Meetings of the demonstration: series by the rule that the service follows, agendas from returns and
concerns, who came, minutes, and audits of the panel."""

from datetime import date, datetime, timedelta
from typing import Any

from partners.constants import AgendaKind, AttendanceState, ConcernKind, KeptThing, MeetingKind
from partners.constants import ConcernState as Concern
from partners.constants import MeetingState as State
from partners.constants import MinutesState as Minutes
from partners.rules.texts import in_words
from safeguarding.demo import people
from safeguarding.demo.partnership import series
from safeguarding.demo.partnership.concerns import Story, day_of
from safeguarding.demo.partnership.ground import (
    Ground,
    model,
    moment,
    read,
    rng_for,
    uid,
    write,
)
from safeguarding.demo.partnership.series import Held

# An agenda goes out before its meeting.
_ISSUED_BEFORE = timedelta(days=7)
_ONLINE_SINCE = date(2020, 3, 16)
_ROOM = "Town hall, committee room 2"


def store(ground: Ground, stories: list[Story]) -> list[Held]:
    keys, held = series.store(ground)
    meeting = model("Meeting")
    written = write(meeting, [_meeting(ground, meeting, one, keys[one.series["key"]]) for one in held])
    for one, row in zip(held, written, strict=True):
        one.row = row
    _agendas(ground, held, stories)
    _attendance(ground, held)
    _keep(ground, held)
    _agree(ground, held)
    _audits(ground, keys)
    return held


def _meeting(ground: Ground, kind: Any, one: Held, series_key: int) -> Any:
    starts, rng = one.day.starts_at, rng_for("meeting", one.series["key"], one.number)
    held = one.state == State.HELD
    online = one.day.on >= _ONLINE_SINCE
    issued = starts - _ISSUED_BEFORE + timedelta(hours=3)
    cases = one.series.get("cases")
    return kind(
        uid=one.uid,
        series_id=series_key,
        number=one.number,
        starts_at=starts,
        due_on=one.day.due_on,
        online=online,
        place="" if online else _ROOM,
        state=one.state,
        note=series.CANCELLED[one.series["key"], one.number] if one.state == State.CANCELLED else "",
        agenda_issued_at=issued if issued < ground.at and one.state != State.CANCELLED else None,
        cases=rng.randint(*cases) if cases and held else None,
        outcomes=rng.choice(read("meetings")["notes"]["outcomes"]) if cases and held else "",
    )


# --- Agendas --------------------------------------------------------------------------------


def _agendas(ground: Ground, held: list[Held], stories: list[Story]) -> None:
    item, rows = model("AgendaItem"), []
    notes = read("meetings")["notes"]
    for one in held:
        if one.state != State.HELD and one.row.agenda_issued_at is None:
            continue
        one.items = _due(ground, one, stories)
        rng = rng_for("notes", one.series["key"], one.number)
        for position, (kind, title, source) in enumerate(one.items, 1):
            bank = notes.get(str(kind)) if one.state == State.HELD else None
            decided = one.state == State.HELD and kind == AgendaKind.CONCERN
            rows.append(
                item(
                    uid=uid("item", one.series["key"], one.number, position),
                    meeting=one.row,
                    position=position,
                    kind=kind,
                    title=title,
                    source_uid=source,
                    notes=rng.choice(bank) if bank else "",
                    decision=notes["decision"] if decided else "",
                )
            )
    write(item, rows)
    _restricted(ground, held)


def _due(ground: Ground, one: Held, stories: list[Story]) -> list[tuple[str, str, Any]]:
    """What the records put on it: minutes, actions, the returns that are in, new concerns and successes."""
    found: list[tuple[str, str, Any]] = []
    if one.before:
        words = f"Minutes of meeting {one.before.number}, {in_words(one.before.day.on)}"
        found.append((AgendaKind.MINUTES, words, one.before.uid))
    found.append((AgendaKind.ACTIONS, "Actions that are open or overdue", None))
    kind, starts = one.series["kind"], one.day.starts_at
    if kind in (MeetingKind.PARTNERS, MeetingKind.BOARD):
        opened = [rnd for rnd in ground.rounds if rnd.period.dates.opens_at < min(starts, ground.at)]
        if opened:
            number = opened[-1].number
            found.append((AgendaKind.RETURNS, f"Assurance returns of cycle {number}", uid("cycle", number)))
        since = one.before.day.starts_at if one.before else datetime.min.replace(tzinfo=starts.tzinfo)
        for story in stories:
            if since <= _before(story, kind) < starts:
                success = story.fixed["kind"] == ConcernKind.SUCCESS
                item = AgendaKind.SUCCESS if success else AgendaKind.CONCERN
                found.append((item, story.fixed["title"], uid("concern", story.key)))
    found.append((AgendaKind.OTHER, "Any other business", None))
    return found


def _before(story: Story, kind: str) -> datetime:
    """When it was ready for a meeting of this kind: taken up, or for the board escalated or shared."""
    success = story.fixed["kind"] == ConcernKind.SUCCESS
    wanted = Concern.ESCALATED if kind == MeetingKind.BOARD and not success else Concern.TRIAGED
    ready = next((step.at for step in story.steps if step.to == wanted), None)
    return ready or datetime.max.replace(tzinfo=story.steps[0].at.tzinfo)


def _restricted(ground: Ground, held: list[Held]) -> None:
    """One item of the latest partners' meeting that only some may read."""
    meetings = [one for one in held if one.series["key"] == "partners" and one.state == State.HELD]
    if not meetings:
        return
    item = model("AgendaItem")
    last = meetings[-1]
    made = item._default_manager.create(
        uid=uid("item", "restricted"),
        meeting=last.row,
        position=len(last.items) + 1,
        kind=AgendaKind.OTHER,
        title="A contract that is under review",
        restricted=True,
        notes="Talked over with the two organisations that it touches.",
    )
    made.restricted_to.set([ground.organisations["council"], ground.organisations["harbour"]])


# --- Attendance and minutes -----------------------------------------------------------------


def _attendance(ground: Ground, held: list[Held]) -> None:
    kind, rows = model("Attendance"), []
    titles = {
        user: person.job_title for person in people.everybody() for user in [ground.users[person.email]]
    }
    for one in held:
        if one.state != State.HELD:
            continue
        likely = one.series["present"]
        if "present_before" in one.series and one.day.on < date.fromisoformat(
            one.series["present_before"][0]
        ):
            likely = one.series["present_before"][1]
        for key in one.series["members"]:
            roll = rng_for("attends", one.series["key"], one.number, key).random()
            state = AttendanceState.PRESENT
            if roll > likely:
                rest = (roll - likely) / (1 - likely)
                states = (AttendanceState.DEPUTY, AttendanceState.APOLOGIES, AttendanceState.ABSENT)
                state = states[0 if rest < 0.4 else 1 if rest < 0.85 else 2]
            who = ground.answering(key, one.day.on) if state == AttendanceState.PRESENT else []
            rows.append(
                kind(
                    meeting=one.row,
                    organisation_id=ground.organisation(key, one.day.on),
                    state=state,
                    who=titles[who[0]] if who else "",
                )
            )
    write(kind, rows)


def _keep(ground: Ground, held: list[Held]) -> None:
    """That each was planned until somebody recorded, two hours after it began, who came; or, three days
    before it, that it would not be held."""
    kind, rows = model("Kept"), []
    for one in held:
        if one.state == State.PLANNED:
            continue
        starts = one.day.starts_at
        changed = starts + timedelta(hours=2) if one.state == State.HELD else starts - timedelta(days=3)
        planned = {"state": State.PLANNED, "note": "", "cases": None, "outcomes": "", "came": {}}
        rows.append(
            kind(
                thing=KeptThing.MEETING,
                uid=one.uid,
                number=1,
                fields={"starts_at": starts.isoformat(), **planned},
                at=min(changed, ground.at),
                by_id=ground.coordinator,
            )
        )
    write(kind, rows)


def _agree(ground: Ground, held: list[Held]) -> None:
    """Minutes are agreed at the next meeting that was held; of the last one there is a draft. Written last:
    what was agreed is never changed."""
    after = {one.before.uid: one for one in held if one.before and one.state == State.HELD}
    words, rows = read("meetings")["notes"]["text_of_minutes"], []
    for one in held:
        if one.state != State.HELD:
            continue
        # An agenda's titles, as sentences.
        items = " ".join(f"{title}." for kind, title, _ in one.items if kind != AgendaKind.MINUTES)
        one.row.minutes, one.row.minutes_state = words.format(items=items), Minutes.DRAFT
        agreed = after.get(one.uid)
        if agreed:
            one.row.minutes_state = Minutes.AGREED
            one.row.agreed_at_meeting = agreed.row
            one.row.agreed_at = agreed.day.starts_at + timedelta(minutes=10)
            one.row.agreed_by_id = ground.coordinator
        one.row.version = 4 if agreed else 3
        rows.append(one.row)
    names = ["minutes", "minutes_state", "agreed_at_meeting", "agreed_at", "agreed_by", "version"]
    model("Meeting")._default_manager.bulk_update(rows, names, batch_size=100)


def _audits(ground: Ground, keys: dict[str, int]) -> None:
    kind, rows = model("PanelAudit"), []
    for number, written in enumerate(read("meetings")["audits"]):
        planned = moment(day_of(ground, written["planned"]), 11)
        if planned >= ground.at:
            continue
        done = moment(day_of(ground, written["done"]), 16) if written["done"] else None
        if done and done >= ground.at:
            done = None
        rows.append(
            kind(
                uid=uid("panel audit", number),
                series_id=keys[written["series"]],
                scope=written["scope"],
                method=written["method"],
                due_on=day_of(ground, written["due"]),
                state="done" if done else "planned",
                findings=written["findings"] if done else "",
                planned_at=planned,
                planned_by_id=ground.coordinator,
                done_at=done,
                done_by_id=ground.coordinator if done else None,
                version=2 if done else 1,
            )
        )
    write(kind, rows)
