"""Words of the pages and the file of alternatives to a visit."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.urls import reverse

from visits.constants import Method
from visits.models import AlternativeRecord
from visits.presenters import DETAIL_WORDS, value_words
from visits.rules.alternatives import Lawful, Standing
from visits.rules.records import in_words
from visits.selectors.alternatives import AlternativeLine, Chain

LAWFUL = {
    Lawful.YES: {"text": "Lawful on its date", "colour": "green"},
    Lawful.INCOMPLETE: {"text": "Record missing", "colour": "orange"},
    Lawful.NO: {"text": "Not lawful as a visit", "colour": "red"},
    Lawful.LOCAL: {"text": "Local practice", "colour": "grey"},
}


def record_rows(record: AlternativeRecord) -> list[dict[str, str]]:
    """The summary list of what the record holds."""
    return [
        {"key": words, "value": value_words(name, getattr(record, name))}
        for name, words in DETAIL_WORDS.items()
        if name != "why_more" or record.why_more
    ]


def standing_tag(standing: Standing) -> dict[str, str]:
    return LAWFUL[standing.lawful]


def place_words(place: int) -> str:
    """Where an alternative stands in its row."""
    if place == 1:
        return "The first contact since the child was last seen face to face"
    return f"Number {place} in a row without a face-to-face visit"


def chain_words(chain: Chain) -> str:
    if not chain.length:
        return "The last contact was face to face, or there was none yet."
    return f"{chain.length} contact{'' if chain.length == 1 else 's'} in a row not face to face."


def alternatives_table(lines: Iterable[AlternativeLine]) -> dict[str, Any]:
    return {
        "caption": "Alternatives to a visit",
        "columns": [
            {"text": "Child"},
            {"text": "Date"},
            {"text": "How"},
            {"text": "In a row", "numeric": True},
            {"text": "In law"},
            {"text": "Decision"},
            {"text": "Record"},
        ],
        "rows": [
            [
                {"text": line.shown_as, "href": reverse("child", args=[line.child_uid])},
                in_words(line.visit_date),
                Method(line.method).label,
                str(line.chain),
                {"text": LAWFUL[line.standing.lawful]["text"], "tag": LAWFUL[line.standing.lawful]["colour"]},
                "Authorised" if line.authorised else "Not authorised",
                {
                    "text": "Open" if line.record else "Not written",
                    "href": reverse("visit", args=[line.visit_uid]),
                    "hidden": f"{line.shown_as}, {in_words(line.visit_date)}",
                },
            ]
            for line in lines
        ],
        "empty": "No alternative took place on these days.",
    }


EXPORT_COLUMNS = [
    "child",
    "date",
    "method",
    "plans",
    "in_law",
    "in_law_words",
    "why",
    "why_more",
    "who",
    "seen_and_heard",
    "seen_alone",
    "private",
    "learned",
    "next_contact",
    "in_a_row",
    "authorised",
    "recorded_by",
    "recorded_at",
]


def export_rows(lines: Iterable[AlternativeLine]) -> Iterator[Sequence[object]]:
    """Rows under EXPORT_COLUMNS; codes as stored, days and moments as ISO text."""
    for line in lines:
        record = line.record
        yield [
            line.shown_as,
            line.visit_date.isoformat(),
            line.method,
            " ".join(line.plan_types),
            line.standing.lawful.value,
            line.standing.words,
            *(
                [
                    record.why,
                    record.why_more,
                    record.who,
                    record.quality,
                    record.seen_alone,
                    record.private,
                    record.learned,
                    record.next_contact_on.isoformat(),
                ]
                if record
                else [""] * 8
            ),
            line.chain,
            "yes" if line.authorised else "no",
            line.recorded_by or "import",
            line.recorded_at.isoformat(timespec="minutes"),
        ]
