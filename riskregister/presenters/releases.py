"""Words for the pages of public versions."""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from riskregister.models import PublicRelease
from riskregister.review.words import on_moment
from safeguarding.kernel.periods import Month


def state_of(release: PublicRelease) -> dict[str, str]:
    """{text, colour}"""
    if release.revoked_at:
        return {"text": "Taken back", "colour": "red"}
    if release.released_at:
        return {"text": "Public", "colour": "green"}
    if release.refused_reason:
        return {"text": "Refused", "colour": "grey"}
    return {"text": "Waits for a board member", "colour": "yellow"}


def name_of(release: PublicRelease) -> str:
    return f"{Month.of(release.review.month).name}, version {release.review.version}"


def releases_table(releases: Iterable[PublicRelease]) -> dict:
    return {
        "caption": "Public versions",
        "columns": [{"text": "Review"}, {"text": "State"}, {"text": "Prepared"}],
        "rows": [
            [
                {"text": name_of(one), "href": reverse("release", args=[one.uid])},
                {"text": state_of(one)["text"], "tag": state_of(one)["colour"]},
                {"text": f"{on_moment(one.prepared_at)} by {one.prepared_by.name}"},
            ]
            for one in releases
        ],
        "empty": "No public version has been prepared yet.",
    }


def rows_of(release: PublicRelease, missing: Sequence[tuple[str, int]]) -> list[dict]:
    rows = [
        {"key": "Review", "value": name_of(release)},
        {"key": "Prepared", "value": f"{on_moment(release.prepared_at)} by {release.prepared_by.name}"},
    ]
    if release.released_at and release.released_by:
        words = f"{on_moment(release.released_at)} by {release.released_by.name}"
        rows.append({"key": "Released", "value": words})
    if release.refused_reason:
        rows.append({"key": "Refused", "value": _refused(release)})
    if release.revoked_at and release.revoked_by:
        words = f"{on_moment(release.revoked_at)} by {release.revoked_by.name}: {release.revoked_reason}"
        rows.append({"key": "Taken back", "value": words})
    left = "; ".join(f"{title}: {count}" for title, count in missing)
    rows.append({"key": "Entries left out", "value": left or "None"})
    rows.append({"key": "SHA-256", "value": release.digest})
    return rows


def _refused(release: PublicRelease) -> str:
    if release.refused_at and release.refused_by:
        return f"{on_moment(release.refused_at)} by {release.refused_by.name}: {release.refused_reason}"
    return release.refused_reason
