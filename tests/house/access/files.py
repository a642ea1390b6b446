"""Files of evidence, the offline workbook and the prints of a return."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from partners.facts.questions import GivenAnswer
from partners.models import Action, Evidence, Organisation, Question, Return, Submission
from partners.rules.workbook import Returned
from partners.services.workbook import keep
from tests.house.access import Row
from tests.partners.factories import make_cycle, make_question_set, make_return

_DRAFT = {"ids": {"uid": "files return"}, "beyond": {"uid": "other files return"}}
_ACCEPTED = {
    "ids": {"uid": "files accepted"}, "beyond": {"uid": "other files accepted"}, "all_rows": "BM CO AU"
}  # fmt: skip
_ACTION = {"ids": {"uid": "files action"}, "beyond": {"uid": "other files action"}}
_ACTION_FILE = {"ids": {"uid": "action file"}, "beyond": {"uid": "other action file"}}
ROWS = {
    "return_files": Row("BM PR CO AU", **_ACCEPTED),
    "attach_return_file": Row(None, "PR", **_DRAFT),
    "return_file": Row(
        "BM PR CO AU", ids={"uid": "accepted file"}, beyond={"uid": "other accepted file"},
        all_rows="BM CO AU",
    ),
    "remove_return_file": Row("PR", "PR", ids={"uid": "draft file"}, beyond={"uid": "other draft file"}),
    "action_files": Row("BM MG PR CO AU", **_ACTION, all_rows="BM CO AU"),
    "attach_action_file": Row(None, "MG PR CO", **_ACTION, all_rows="CO"),
    "action_file": Row("BM MG PR CO AU", **_ACTION_FILE, all_rows="BM CO AU"),
    "remove_action_file": Row("MG PR CO", "MG PR CO", **_ACTION_FILE, all_rows="CO"),
    "return_workbook": Row("PR", "PR", **_DRAFT),
    "return_workbook_out": Row("PR", **_DRAFT),
    "return_workbook_in": Row(
        "PR", "PR", ids={"uid": "files return", "upload": "workbook upload"},
        beyond={"uid": "other files return"},
    ),
    "print_return": Row("BM PR CO AU", **_ACCEPTED),
    "print_blank_return": Row("BM PR CO AU", **_ACCEPTED),
}  # fmt: skip


def ids(people, own: Organisation, other: Organisation, at: datetime) -> dict[str, UUID | str]:
    questions = make_question_set("files-of-returns")
    question = Question.objects.get(section__question_set=questions, code="level")
    now, before = make_cycle(901, date(2019, 1, 21)), make_cycle(900, date(2019, 1, 7))
    found: dict[str, UUID | str] = {}
    for of, person, prefix in ((own, people["PR"], ""), (other, other.representatives.get().user, "other ")):
        draft = make_return(of, now, questions)
        accepted = make_return(
            of, before, questions, "accepted", submitted_at=at, submitted_by=person, accepted_at=at,
            accepted_by=people["CO"],
        )  # fmt: skip
        Submission.objects.create(
            of_return=accepted, number=1, submitted_at=at, submitted_by=person, answers={}, counts={},
            worked_seconds=0,
        )  # fmt: skip
        action = _action(of, people["CO"], None if prefix else people["MG"], at)
        rows = {
            "files return": draft,
            "files accepted": accepted,
            "files action": action,
            "draft file": _file(at, person, of_return=draft, question=question),
            "accepted file": _file(at, person, of_return=accepted, question=question),
            "action file": _file(at, people["CO"], action=action),
        }
        found |= {f"{prefix}{name}": row.uid for name, row in rows.items()}
        if not prefix:
            returned = Returned({"waiting": GivenAnswer(9)}, {})
            found["workbook upload"] = keep(user=person, return_=draft, returned=returned, now=at)
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
