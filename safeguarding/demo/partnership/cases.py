"""What went otherwise than it should in the partnership, for those who train others or check the checks."""

from safeguarding.demo import people
from safeguarding.demo.anomalies import Standing
from safeguarding.demo.partnership.ground import read


def cases() -> tuple[Standing, ...]:
    """Incidents of the cycles, out of the same data as the rows."""
    incidents = read("incidents")
    found = [
        Standing("return-silent", f"{_name(partner)} sent no return in cycle {number}: all reminders went.")
        for partner, number in incidents["silent"]
    ]
    found += [
        Standing("return-late", f"{_name(partner)} sent the return of cycle {number} late, by {_days(days)}.")
        for partner, number, days in incidents["late"]
    ]
    found += [
        Standing("return-sent-back", f"The return of {_name(partner)} of cycle {number} was sent back: {why}")
        for partner, number, _, why, _ in incidents["sent_back"]
    ]
    return (
        *found,
        Standing("answer-unknown-twice", f"{_name('hospitals')} did not know twice, in cycles 6 and 7."),
        Standing(
            "concern-national",
            "The backlog of the courts is national, went before the board and was answered.",
        ),
        Standing("concern-reopened", "A concern about notices to schools was closed and reopened."),
        Standing("dependency-refused", "A clinic room that a recovery plan relies on was refused."),
        Standing("health-succession", "Health is the commissioning group until July 2022, then the board."),
        Standing("audit-overdue", "An audit of the exploitation panel is past its day."),
        Standing("action-slipped-twice", "An action of high priority was put off twice and is overdue."),
    )


def _name(partner: str) -> str:
    # Of the ten cycles; the integrated care board took over later.
    key = "ccg" if partner == "icb" else partner
    return next(row.name for row in people.organisations() if row.key == key)


def _days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count} working days"
