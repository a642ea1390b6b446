"""Marking that a manager spoke with the workers of a team in a week, and who asked for support."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.audit import Actor, record
from accounts.selectors import User
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import day_of
from visits.models import CheckIn, Team
from visits.rules import cover as cover_rules
from visits.selectors import check_ins as found
from visits.services.visits import OutOfReach


def mark_check_ins(
    *, user: User, team: Team, week: date, marks: Mapping[int, bool | None], now: datetime
) -> int:
    """Sets the week's marks of the workers named by key: None (not spoken), or whether support was asked
    for. Who is not named stays as they are; what says the same as before changes nothing. How many changed.

    Raises OutOfReach for another's team, or Refusal('not_in_the_team' | 'not_a_monday' |
    'week_out_of_range').
    """
    with transaction.atomic():
        if not found.teams_of(user, at=now).filter(pk=team.pk).exists():
            raise OutOfReach
        cover_rules.check_in_week(week, today=day_of(now))
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        before = {
            worker.id: worker.support_asked for worker in found.workers_of(team, week, today=day_of(now))
        }
        if marks.keys() - before.keys():
            raise Refusal("not_in_the_team", "Open this page again: the people in the team have changed.")
        changed = {worker: mark for worker, mark in marks.items() if before[worker] != mark}
        for worker, mark in changed.items():
            if mark is None:
                CheckIn.objects.filter(user=worker, team=team, week=week).delete()
            else:
                CheckIn.objects.update_or_create(
                    user_id=worker,
                    team=team,
                    week=week,
                    defaults={"support_asked": mark, "recorded_at": now, "recorded_by": user},
                )
        if changed:
            # Of the team, not of the people in it.
            record(
                "check_in.marked",
                actor=Actor.person(user),
                at=now,
                object_kind="team",
                object_uid=team.uid,
                detail={"week": week.isoformat(), "changed": len(changed)},
            )
    return len(changed)
