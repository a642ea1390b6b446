"""The standing words of a paper: law and role, and how the paper is checked."""

from riskregister.constants import SystemFunction
from safeguarding.kernel.periods import Month

COMMITTEE = "Safeguarding children partnership board"
COORDINATOR = "The partnership’s coordinator"
# Integrated care boards took the place of clinical commissioning groups on 1 July 2022 (Health and Care
# Act 2022).
_CARE_BOARDS_SINCE = Month.parse("2022-07")


def background(month: Month) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Paragraphs, the lettered functions between them, and the paragraphs behind."""
    health = "an integrated care board" if month >= _CARE_BOARDS_SINCE else "a clinical commissioning group"
    before = (
        "Under the Children Act 2004, as amended by the Children and Social Work Act 2017, the safeguarding"
        f" partners of a local authority area are the local authority, {health} for an area of which any part"
        " lies within it, and the chief officer of police for an area of which any part lies within it.",
        "Each organisation has its own plans. The board supports and enables local organisations and agencies"
        " to work together in a system where (Working Together to Safeguard Children, 2018):",
    )
    functions = tuple((one.value, f"{one.label}.") for one in SystemFunction)
    after = (
        "The board reviews risk and recovery every month, so that it has assurance of the safety of children"
        " across the wider children’s system. It gains this assurance from the partners: their returns,"
        " plans and meetings, the register of risks, and the visits to children.",
    )
    return before, functions, after


CHECKING = (
    "The paper is printed from the sealed review and is never worked out anew. The digest is the SHA-256 of"
    " the review’s content; the seal covers the digest, what was signed and written beside the content, the"
    " month, the version, the cut-off and the seal of the review published before it.",
    "To check this paper: download the review as JSON. The SHA-256 of its “content”, written with sorted keys"
    " and without spaces, is the digest above. On the server, the command “check_reviews” works out every"
    " digest and seal from the database and names each review that is not as it was sealed.",
)
PUBLIC_CHECKING = (
    "This is the public version of a published review. Parts that are restricted, names of people and small"
    " numbers of children were left out; another person than who prepared it released it. The digest is the"
    " SHA-256 of what is public. The seal is that of the review itself, from which it was made.",
)
