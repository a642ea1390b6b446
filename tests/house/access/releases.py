"""Pages on which a public version is prepared and released; its rows are made by the paper's."""

from tests.house.access import Row

_WAITING = {"uid": "waiting_release"}

ROWS = {
    "releases": Row("BM CO"),
    "prepare_release": Row(None, "CO", ids={"uid": "published_review"}),
    "release": Row("BM CO", ids=_WAITING),
    "publish_release": Row("BM", "BM", ids=_WAITING),
    "refuse_release": Row("BM", "BM", ids=_WAITING),
    "revoke_release": Row("BM CO", "BM CO", ids=_WAITING),
}
