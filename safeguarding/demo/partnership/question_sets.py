"""Question sets as they come with the product, where the reference data have not brought them yet."""

import json
from datetime import date
from typing import Any

from django.conf import settings

from partners.constants import QuestionSetState
from partners.selectors.questions import question_set_fact
from safeguarding.demo.partnership.ground import Ground, model, moment, uid, write

_FOLDER = settings.BASE_DIR / "fixtures" / "reference" / "question_sets"
_READY = moment(date(2020, 4, 3), 12)


def find(ground: Ground) -> None:
    """Sets the newest locked version of each set in `ground`, with the keys of its questions."""
    kind = model("QuestionSet")._default_manager
    for path in sorted(_FOLDER.glob("*.json")):
        written = json.loads(path.read_text(encoding="utf-8"))
        if not kind.filter(code=written["code"]).exists():
            _load(written)
    for row in kind.filter(state=QuestionSetState.LOCKED).order_by("code", "version"):
        ground.sets[row.code] = question_set_fact(row)
        ground.set_keys[row.code] = row.pk
    names = {key: code for code, key in ground.set_keys.items()}
    questions = model("Question")._default_manager.filter(section__question_set__in=names)
    for of_set, code, key in questions.values_list("section__question_set", "code", "pk"):
        ground.question_keys[names[of_set], code] = key


def _load(written: dict[str, Any]) -> None:
    section, question = model("Section"), model("Question")
    row = model("QuestionSet")._default_manager.create(
        uid=uid("question set", written["code"], written["version"]),
        code=written["code"],
        version=written["version"],
        name=written["name"],
        intro=written["intro"],
        changes=written["changes"],
        source=written["source"],
        created_at=_READY,
    )
    for place, part in enumerate(written["sections"], 1):
        questions = part.pop("questions")
        made = section._default_manager.create(question_set=row, position=place, **part)
        write(question, [question(section=made, position=n, **one) for n, one in enumerate(questions, 1)])
    # Locked last: from then on the database refuses every change.
    row.state, row.locked_at = QuestionSetState.LOCKED, _READY
    row.save(update_fields=["state", "locked_at"])
