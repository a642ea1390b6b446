"""Who opens easements: everybody who reads guidance; only who keeps the register changes them."""

from tests.house.access import Row

_READERS = "BM MG SW PR CO AU AD"
_OF = {"uid": "easement"}

ROWS = {
    "easements": Row(_READERS),
    "returns_to_normal": Row(_READERS),
    "easement": Row(_READERS, ids=_OF),
    "record_easement": Row("CO", "CO"),
    "amend_easement": Row("CO", "CO", ids=_OF),
    "decide_easement": Row("CO", "CO", ids=_OF),
}


def ids(people, own, other, at) -> dict:
    from tests.guidance.factories import make_easement

    return {"easement": make_easement().uid}
