"""Teams of a file, compared with those on record and loaded."""

from collections import Counter
from datetime import datetime

from accounts.audit import Actor
from visits.imports.groups import TWICE, distinct, row_groups
from visits.imports.report import Tally
from visits.imports.staging import Staging
from visits.models import Locality, Revision, Team


def apply(staging: Staging, *, dry_run: bool, actor: Actor, now: datetime) -> Tally:
    """Decides on every staged row, and loads it unless this is a dry run."""
    rows: Counter[str] = Counter()
    for groups in row_groups(staging):
        accepted = []
        for group in groups:
            said = distinct(group)
            if len(said) > 1:
                staging.refuse((line, "team_ref", ref, TWICE) for line, ref, *_ in group)
                continue
            rows["repeated"] += len(group) - 1
            accepted.append(said[0][1:])
        refs = [ref for ref, *_ in accepted]
        on_record = Team.objects.select_for_update(of=("self",)).select_related("locality")
        known = {team.team_ref: team for team in on_record.filter(team_ref__in=refs)}
        new, changed = [], []
        for ref, *content in accepted:
            team = known.get(ref)
            if team is None:
                new.append((ref, *content))
            elif [team.name, team.service, team.locality.name] != content:
                changed.append((team, content))
        rows["new"] += len(new)
        rows["changed"] += len(changed)
        rows["unchanged"] += len(accepted) - len(new) - len(changed)
        if not dry_run:
            _load(new, changed, actor=actor, now=now)
    return Tally(**rows)


def _load(new: list[tuple], changed: list[tuple[Team, list[str]]], *, actor: Actor, now: datetime) -> None:
    names = {content[2] for _, content in changed} | {locality for *_, locality in new}
    localities = {place.name: place for place in Locality.objects.filter(name__in=names)}
    made = Locality.objects.bulk_create([Locality(name=name) for name in sorted(names - localities.keys())])
    localities |= {place.name: place for place in made}
    Team.objects.bulk_create(
        [
            Team(team_ref=ref, name=name, service=service, locality=localities[locality])
            for ref, name, service, locality in new
        ]
    )
    Revision.objects.bulk_create(
        [
            Revision(
                kind="team",
                record_id=team.pk,
                version=team.version,
                was={"name": team.name, "service": team.service, "locality": team.locality.name},
                replaced_at=now,
                replaced_by_id=actor.user_id,
                replaced_by_label=actor.label,
                reason="import",
            )
            for team, _ in changed
        ]
    )
    for team, (name, service, locality) in changed:
        team.name, team.service, team.locality = name, service, localities[locality]
        team.version += 1
    Team.objects.bulk_update(
        [team for team, _ in changed], ["name", "service", "locality", "version"], batch_size=200
    )
