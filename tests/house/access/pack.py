"""Pages of the board's paper, the yearly report, and what anybody may read."""

from tests.house.access import ANYBODY, Row

_READERS = "BM PR CO AU"
_PAPER = Row(_READERS, ids={"uid": "published_review"}, beyond={"uid": "draft_review"}, all_rows="CO")
_YEAR = Row("BM CO AU")

ROWS = {
    "pack": _PAPER,
    "pack_pdf": _PAPER,
    "pack_docx": _PAPER,
    "pack_pptx": _PAPER,
    "pack_html": _PAPER,
    "pack_json": _PAPER,
    "release_preview": Row("BM CO", ids={"uid": "waiting_release"}),
    "year_report": _YEAR,
    "year_pdf": _YEAR,
    "year_docx": _YEAR,
    "year_html": _YEAR,
    "public_list": Row(ANYBODY),
    "public_review": Row(ANYBODY, ids={"uid": "live_release"}, beyond={"uid": "waiting_release"}),
    "public_json": Row(ANYBODY, ids={"uid": "live_release"}, beyond={"uid": "waiting_release"}),
}


def ids(people, own, other, at) -> dict:
    from dataclasses import replace

    from riskregister.services import releases
    from tests.riskregister import content_samples as samples
    from tests.riskregister.released_world import drafted, published

    # Apart from the months and places in the chain of other subjects.
    content = replace(samples.by_hand(), month="2016-05")
    shown = published(content, place=9001)
    later = published(replace(content, month="2016-06"), place=9002)
    draft = drafted(replace(content, month="2016-07"))
    live = releases.prepare(user=people["CO"], review=shown, now=at)
    releases.release(user=people["BM"], release=live, now=at)
    waiting = releases.prepare(user=people["CO"], review=later, now=at)
    return {
        "published_review": shown.uid,
        "draft_review": draft.uid,
        "live_release": live.uid,
        "waiting_release": waiting.uid,
    }
