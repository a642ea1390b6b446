"""Pages of returns. `return` is the partner's own, accepted: everybody who may read returns reads it.
`other_return` is another partner's draft: there for nobody here."""

from datetime import date

from partners.constants import ReturnState
from partners.models import Return
from tests.house.access import Row
from tests.partners.factories import make_cycle, make_question_set, make_return

_RETURN = {"ids": {"uid": "return"}, "beyond": {"uid": "other_return"}}
_DRAFT = {"ids": {"uid": "own_draft"}, "beyond": {"uid": "other_return"}}

ROWS: dict[str, Row] = {
    "returns": Row("BM PR CO AU"),
    "returns_to_look_at": Row("CO"),
    "return": Row("BM PR CO AU", **_RETURN),
    "return_answers": Row("PR", "PR", **_DRAFT),
    "autosave_return": Row(None, "PR", **_DRAFT),
    "confirm_return": Row(None, "PR", **_DRAFT),
    "assign_return": Row("PR", "PR", **_DRAFT),
    "submit_return": Row("PR", "PR", **_DRAFT),
    "accept_return": Row(None, "CO", **_RETURN),
    "send_back_return": Row("CO", "CO", **_RETURN),
    "unlock_return": Row("CO", "CO", **_RETURN),
}


def ids(people, own, other, at):
    # Far from the numbers and days of the other subjects' cycles.
    cycle, before = make_cycle(7102, date(2036, 1, 15)), make_cycle(7101, date(2036, 1, 1))
    question_set = make_question_set("returns-access")
    sent = {
        "state": ReturnState.ACCEPTED,
        "submitted_at": at,
        "submitted_by": people["PR"],
        "accepted_at": at,
        "accepted_by": people["CO"],
    }
    accepted = make_return(own, before, question_set, **sent)
    answer = {"value": "maintained", "non_answer": "", "non_answer_reason": "", "comment": ""}
    accepted.submissions.create(
        number=1,
        submitted_at=at,
        submitted_by=people["PR"],
        answers={"level": {**answer, "same_since_cycle": None}},
        counts={},
        worked_seconds=60,
    )
    draft = make_return(own, cycle, question_set, ReturnState.STARTED, started_at=at)
    others: Return = make_return(other, cycle, question_set, ReturnState.STARTED, started_at=at)
    return {"return": accepted.uid, "own_draft": draft.uid, "other_return": others.uid}
