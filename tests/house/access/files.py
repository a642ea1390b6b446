"""Files of evidence, the offline workbook and the prints of a return."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from partners.facts.questions import GivenAnswer
from partners.models import Action, Evidence, Organisation, Question, Return
from partners.rules.workbook import Returned
from partners.services.workbook import keep
from tests.house.access import Row
from tests.partners.factories import make_cycle, make_question_set, make_return

_RETURN = {"ids": {"uid": "files return"}, "beyond": {"uid": "other files return"}}
_FILE = {"ids": {"uid": "return file"}, "beyond": {"uid": "other return file"}}
_ACTION = {"ids": {"uid": "files action"}, "beyond": {"uid": "other files action"}, "all_rows": "BM CO AU"}
_ACTION_FILE = {"ids": {"uid": "action file"}, "beyond": {"uid": "other action file"}}
# The return is its organisation's draft: nobody else's, whatever their role.
ROWS = {
    "return_files": Row("PR", "PR", **_RETURN),
    "return_file": Row("PR", **_FILE),
    "remove_return_file": Row("PR", "PR", **_FILE),
    "action_files": Row("BM MG PR CO AU", "MG PR CO", **_ACTION),
    "action_file": Row("BM MG PR CO AU", **_ACTION_FILE, all_rows="BM CO AU"),
    "remove_action_file": Row("MG PR CO", "MG PR CO", **_ACTION_FILE, all_rows="CO"),
    "return_workbook": Row("PR", "PR", **_RETURN),
    "return_workbook_out": Row("PR", **_RETURN),
    "return_workbook_in": Row(
        "PR", "PR", ids={"uid": "files return", "upload": "workbook upload"},
        beyond={"uid": "other files return"},
    ),
    "print_return": Row("PR", **_RETURN),
    "print_blank_return": Row("PR", **_RETURN),
}  # fmt: skip


def ids(people, own: Organisation, other: Organisation, at: datetime) -> dict[str, UUID | str]:
    cycle = make_cycle(900, date(2019, 1, 7), closed_at=None)
    questions = make_question_set("files-of-returns")
    question = Question.objects.get(section__question_set=questions, code="level")
    theirs = other.representatives.get().user
    returns = [make_return(one, cycle, questions) for one in (own, other)]
    actions = [_action(own, people["CO"], people["MG"], at), _action(other, people["CO"], None, at)]
    files = [
        _file(at, by, of_return=of, question=question)
        for of, by in zip(returns, (people["PR"], theirs), strict=True)
    ]
    shown = [_file(at, people["CO"], action=action) for action in actions]
    returned = Returned({"waiting": GivenAnswer(9)}, {})
    names = ("files return", "files action", "return file", "action file")
    found: dict[str, UUID | str] = {}
    for name, (mine, not_mine) in zip(names, (returns, actions, files, shown), strict=True):
        found |= {name: mine.uid, f"other {name}": not_mine.uid}
    found["workbook upload"] = keep(user=people["PR"], return_=returns[0], returned=returned, now=at)
    return found


def _action(organisation: Organisation, by, owner, at: datetime) -> Action:
    day = at.astimezone(UTC).date()
    return Action.objects.create(
        organisation=organisation, title="Open the second hub", source_kind="board", source_uid=uuid4(),
        source_label="Board", owner=owner, original_due_on=day, due_on=day, created_at=at, created_by=by,
    )  # fmt: skip


def _file(at: datetime, by, **of: Return | Question | Action) -> Evidence:
    evidence = Evidence.objects.create(
        file_name="plan.pdf", media_type="application/pdf", size=4, sha256="0" * 64,
        uploaded_at=at, uploaded_by=by, **of,
    )  # fmt: skip
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / evidence.uid.hex).write_bytes(b"%PDF")
    return evidence
