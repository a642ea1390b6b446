"""Who opens the pages of meetings and panels. The board's series has the partner's organisation and one to
which the manager belongs as members; the other series has only another partner's."""

from datetime import timedelta
from uuid import UUID

from partners.constants import Duty
from partners.models import AgendaItem, PanelAudit
from tests.house.access import Row
from tests.partners.factories import make_organisation, represent
from tests.partners.meetings_world import meeting_row

_VIEWERS = "BM MG PR CO AU"
_SEEN = {"ids": {"uid": "meeting"}, "beyond": {"uid": "other_meeting"}, "all_rows": "CO AU"}
_MEETING = {"ids": {"uid": "meeting"}}
_SERIES = {"ids": {"uid": "series"}}
_ITEM = {"ids": {"uid": "agenda_item"}}
_PANEL = {"ids": {"uid": "panel"}}

ROWS = {
    "meetings": Row(_VIEWERS),
    "minutes_open": Row(_VIEWERS),
    "add_series": Row("CO", "CO"),
    "series": Row(_VIEWERS, ids={"uid": "series"}, beyond={"uid": "other_series"}, all_rows="CO AU"),
    "series_members": Row("CO", "CO", **_SERIES),
    "series_cadence": Row("CO", "CO", **_SERIES),
    "pause_series": Row("CO", "CO", **_SERIES),
    "resume_series": Row("CO", "CO", **_SERIES),
    "meeting": Row(_VIEWERS, **_SEEN),
    "meeting_print": Row(_VIEWERS, **_SEEN),
    "move_meeting": Row("CO", "CO", **_MEETING),
    "cancel_meeting": Row("CO", "CO", **_MEETING),
    "meeting_attendance": Row("CO", "CO", **_MEETING),
    "build_agenda": Row(None, "CO", **_MEETING),
    "issue_agenda": Row(None, "CO", **_MEETING),
    "take_agenda_back": Row(None, "CO", **_MEETING),
    "add_agenda_item": Row("CO", "CO", **_MEETING),
    "meeting_minutes": Row("CO", "CO", **_MEETING),
    "agree_minutes": Row("CO", "CO", **_MEETING),
    "correct_minutes": Row("CO", "CO", **_MEETING),
    "agenda_item": Row("CO", "CO", **_ITEM),
    "shift_agenda_item": Row(None, "CO", **_ITEM),
    "remove_agenda_item": Row(None, "CO", **_ITEM),
    "item_notes": Row("CO", "CO", **_ITEM),
    "panels": Row(_VIEWERS),
    # The board sees how every panel runs, with small numbers hidden.
    "panel": Row(_VIEWERS, ids={"uid": "panel"}, beyond={"uid": "other_panel"}, all_rows="BM CO AU"),
    "plan_panel_audit": Row("CO", "CO", **_PANEL),
    "finish_panel_audit": Row("CO", "CO", ids={"uid": "panel_audit"}),
}


def ids(people, own, other, at) -> dict[str, UUID]:
    service = make_organisation("Children’s service", takes_part=False)
    represent(people["MG"], service, Duty.STAFF)
    then = at + timedelta(days=1)
    mine = meeting_row("The board", then, own, service, kind="board")
    others = meeting_row("Others’ meeting", then, other)
    panel = meeting_row("The panel", then, own, service, kind="panel")
    other_panel = meeting_row("Others’ panel", then, other, kind="panel")
    item = AgendaItem.objects.create(meeting=mine, position=1, kind="other", title="Any other business")
    audit = PanelAudit.objects.create(
        series=panel.series, scope="Outcomes", due_on=at.date(), planned_at=at, planned_by=people["CO"]
    )
    return {
        "meeting": mine.uid,
        "other_meeting": others.uid,
        "series": mine.series.uid,
        "other_series": others.series.uid,
        "agenda_item": item.uid,
        "panel": panel.series.uid,
        "other_panel": other_panel.series.uid,
        "panel_audit": audit.uid,
    }
