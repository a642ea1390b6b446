"""Who opens the pages of the register. Of the steps the record is the partner's own; who may take them with a
risk of the partnership is told in tests/riskregister/test_risk_pages.py."""

from datetime import timedelta
from uuid import uuid4

from riskregister.constants import Response, RiskState
from riskregister.models import RiskLink
from riskregister.services.register_rules import propose_appetite
from tests.house.access import Row
from tests.riskregister.factories import (
    make_acceptance,
    make_contribution,
    make_control,
    make_matrix,
    make_rating,
    make_risk,
)

_READERS = "BM PR CO AU"
_OWN = {"ids": {"uid": "own risk"}, "beyond": {"uid": "other risk"}, "all_rows": "BM CO AU"}
_STEP = {"ids": {"uid": "own risk"}, "beyond": {"uid": "other risk"}}

ROWS = {
    "risks": Row(_READERS),
    "risks_export": Row(_READERS),
    "risks_guidance_changed": Row(_READERS),
    "risk_matrix": Row(_READERS),
    "risk_library": Row(_READERS),
    "risk": Row(_READERS, **_OWN),
    "add_risk": Row("PR CO", "PR CO"),
    "copy_risk": Row("PR CO", "PR CO"),
    "acceptances": Row("BM CO"),
    "decide_acceptance": Row("BM", "BM", ids={"uid": "asked acceptance"}, beyond={"uid": "draft acceptance"}),
    "edit_control": Row("PR", "PR", ids={"uid": "own control"}, beyond={"uid": "other control"}),
    "unlink_risk": Row(None, "PR", ids={"uid": "own link"}, beyond={"uid": "other link"}),
    "stop_contribution": Row(
        None, "PR CO", ids={"uid": "own contribution"}, beyond={"uid": "other contribution"}, all_rows="CO"
    ),
    "edit_risk": Row("PR", "PR", **_STEP),
    "rate_risk": Row("PR", "PR", **_STEP),
    "open_risk": Row("PR", "PR", **_STEP),
    "close_risk": Row("PR", "PR", **_STEP),
    "reopen_risk": Row("PR", "PR", ids={"uid": "closed risk"}, beyond={"uid": "other risk"}),
    "look_again_at_risk": Row("PR", "PR", **_STEP),
    "add_risk_action": Row("PR", "PR", **_STEP),
    "add_control": Row("PR", "PR", **_STEP),
    "link_risk": Row("PR", "PR", **_STEP),
    "contribute_risk": Row("PR", "PR", **_STEP),
    "ask_acceptance": Row("PR", "PR", **_STEP),
    "register_rules": Row(_READERS),
    "propose_matrix": Row("CO", "CO"),
    "propose_cadence": Row("CO", "CO"),
    "propose_appetite": Row("CO", "CO"),
    "rules_proposal": Row(_READERS, "BM CO", ids={"uid": "proposal"}),
}


def ids(people, own, other, at):
    make_matrix()
    hour = at - timedelta(hours=1)
    mine = make_risk("Own", organisation=own, at=hour, by=people["PR"], response=Response.TOLERATE)
    theirs = make_risk("Other", organisation=other, at=hour)
    draft = make_risk("Other draft", organisation=other, at=hour, state=RiskState.DRAFT)
    ours = make_risk("Ours", at=hour)
    closed = make_risk("Closed", organisation=own, at=hour, state=RiskState.CLOSED)
    make_rating(mine, at=hour)
    proposal = propose_appetite(
        user=people["CO"],
        theme="sight",
        highest_score=6,
        words="Cautious",
        effective_from=at.date() + timedelta(days=30),
        token=uuid4(),
        now=at,
    )

    def link(risk):
        return RiskLink.objects.create(risk=risk, kind="question", target="level", label="How").uid

    return {
        "own risk": mine.uid,
        "other risk": theirs.uid,
        "closed risk": closed.uid,
        "own control": make_control(mine, at=hour).uid,
        "other control": make_control(theirs, at=hour).uid,
        "own link": link(mine),
        "other link": link(theirs),
        "own contribution": make_contribution(mine, ours, at=hour).uid,
        "other contribution": make_contribution(theirs, ours, at=hour).uid,
        "asked acceptance": make_acceptance(mine, asked_by=people["PR"], at=hour).uid,
        "draft acceptance": make_acceptance(draft, asked_by=people["PR"], at=hour).uid,
        "proposal": proposal,
    }
