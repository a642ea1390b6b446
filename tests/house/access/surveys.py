"""Surveys of practitioners: staff pages by the matrix, the survey itself for anybody with its link."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from partners.models import Organisation, Survey, SurveyResponse
from safeguarding.kernel.periods import day_of
from tests.house.access import ANYBODY, Row

_READERS = "BM PR CO AU"
ROWS = {
    "surveys": Row(_READERS),
    "add_survey": Row("CO", "CO"),
    "survey": Row(_READERS, ids={"uid": "survey"}),
    "edit_survey": Row("CO", "CO", ids={"uid": "survey"}),
    "open_survey": Row(None, "CO", ids={"uid": "survey"}),
    "close_survey": Row(None, "CO", ids={"uid": "survey"}),
    "export_survey": Row("CO", ids={"uid": "closed survey"}),
    "take_survey": Row(ANYBODY, ANYBODY, ids={"key": "survey key"}),
    "survey_thanks": Row(ANYBODY, ids={"key": "survey key"}),
}


def ids(people, own: Organisation, other: Organisation, at: datetime) -> dict[str, UUID | str]:
    surveys = {state: _survey(state, at) for state in ("draft", "open", "closed")}
    SurveyResponse.objects.bulk_create(
        SurveyResponse(
            survey=surveys["closed"], week=day_of(at), answers={"q1": "agree"}, token=uuid4()
        ) for _number in range(10)
    )  # fmt: skip
    return {
        "survey": surveys["draft"].uid,
        "closed survey": surveys["closed"].uid,
        "survey key": surveys["open"].link_key,
    }


def _survey(state: str, at: datetime) -> Survey:
    today = day_of(at)
    options = [{"value": "agree", "label": "Agree", "reading": "assured"}]
    return Survey.objects.create(
        title="Services", state=state, opens_on=today, closes_on=today + timedelta(days=7), created_at=at,
        questions=[{"code": "q1", "theme": "services", "text": "Do services run?", "options": options}],
    )  # fmt: skip
