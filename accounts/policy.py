"""The authorisation matrix, as data, and the questions it answers. Pure.

A cell holds words such as 'Vt Et': letters say what may be done, the scope letter after them
to which rows.

Actions: V view, C create, E edit, S submit, X decide (sign off, publish, authorise, accept,
close), W withdraw, D download.
Scopes: * all, o own organisation, t own team, c own caseload, m made by me and still a draft,
p published only, q submitted never drafts, i invited or assigned, s suppressed totals only,
r pseudonymised (reveal with a reason, logged). Letters without a scope take that of the letter
to their right, or all that the role may view. What is not in the matrix is refused.
"""

from collections.abc import Iterable
from enum import Enum

from accounts.constants import Role


class Thing(Enum):
    ORGANISATION = "Partner organisation"
    CYCLE = "Assurance cycle"
    QUESTION_SET = "Question set"
    RETURN = "Assurance return"
    CONCERN = "Concern or success"
    ACTION = "Action"
    RECOVERY_PLAN = "Recovery plan"
    MEETING = "Meeting (agenda, minutes)"
    SURVEY = "Survey of practitioners"
    TRAINING = "Training programme"
    ASSURANCE = "Assurance dashboard"
    GUIDANCE = "Guidance"
    RISK = "Risk and its ratings"
    SIGNAL = "Emerging threat"
    REGISTER_RULES = "Risk matrix, cadence and appetite"
    ESCALATION = "Escalation to the board"
    CHALLENGE = "Challenge of a partner"
    BOARD_DECISION = "Decision of the board"
    BOARD_REVIEW = "Board review"
    BOARD_DASHBOARD = "Board dashboard"
    CHILD = "Child"
    PLAN = "Plan episode (CP, CIN, CIC)"
    VISIT = "Visit"
    ALTERNATIVE = "Alternative to a visit"
    ASSESSMENT = "Pre-visit risk assessment"
    DECISION = "Management decision"
    FLAG = "Hazard flag"
    SCHOOL_DECISION = "School attendance decision"
    FAMILY_CONTACT = "Virtual family contact"
    COVER = "Absence and cover"
    CHECK_IN = "Keeping in touch"
    OVERSIGHT = "Oversight dashboard"
    EMERGENCY_ACCESS = "Emergency access to a record"
    VISIT_RATES = "Visit-rate dashboard"
    USER_ACCOUNT = "User account"
    AUDIT_TRAIL = "Audit log"
    JOB_RUN = "Job run"


class Action(Enum):
    VIEW = "V"
    CREATE = "C"
    EDIT = "E"
    SUBMIT = "S"
    DECIDE = "X"
    WITHDRAW = "W"
    DOWNLOAD = "D"


class Scope(Enum):
    ALL = "*"
    OWN_ORGANISATION = "o"
    OWN_TEAM = "t"
    OWN_CASELOAD = "c"
    MINE_DRAFT = "m"
    PUBLISHED = "p"
    SUBMITTED = "q"
    INVITED = "i"
    SUPPRESSED = "s"
    PSEUDONYMISED = "r"


_ORDER = (
    Role.BOARD_MEMBER,
    Role.MANAGER,
    Role.SOCIAL_WORKER,
    Role.PARTNER,
    Role.COORDINATOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

# Columns in the order above: BM | MG | SW | PR | CO | AU | AD.
_TABLE: dict[Thing, str] = {
    Thing.ORGANISATION: "V* | V* | V* | V* Eo | V* C E W | V* | V* C W",
    # X: opens, closes, extends. Who does not take part sees nothing of it.
    Thing.CYCLE: "V* | – | – | V* | V* C E X | V* | –",
    Thing.QUESTION_SET: "V* | – | – | V* | V* C E X | V* | –",
    # p: accepted. q: submitted; of a draft the coordinator sees only that it was started.
    # X: accepts, sends back, unlocks; never the partner itself.
    Thing.RETURN: "Vp Dp | – | – | Vo Co Eo So Do | Vq Xq Dq | Vq Dq | –",
    # i: raised by oneself, given to oneself, or (the board) escalated. X: triages, escalates, closes;
    # of the board: answers what was escalated.
    Thing.CONCERN: "Vi X | Vi C | Vm C | Vo C E | V* C E X D | V* | –",
    # i: one's own. X: verifies; for high priority only somebody of another organisation.
    Thing.ACTION: "V* X | Vi Ei | – | Vo C Eo Xo | V* C E X D | V* D | –",
    Thing.RECOVERY_PLAN: "Vq | – | – | Vq Vo Co Eo So | Vq C E X D | Vq D | –",
    # i: the series one's organisation belongs to. X: agrees minutes, cancels.
    Thing.MEETING: "Vi | Vi | – | Vi | V* C E X W D | V* | –",
    Thing.SURVEY: "V* | – | – | V* | V* C E X D | V* | –",
    # E: one's own organisation's bookings.
    Thing.TRAINING: "V* | – | – | V* Eo | V* C E D | V* | –",
    Thing.ASSURANCE: "V* D | – | – | – | V* D | V* D | –",
    # p: issued, and every issued version stays readable. X: of the coordinator, approves and issues; of the
    # others, acknowledges.
    Thing.GUIDANCE: "Vp | Vp X | Vp X | Vp X | V* C E X W D | V* D | Vp",
    # A partner's draft is private to it; the partnership's risks are the coordinator's.
    # X: of the board, accepts a risk; of the coordinator, looks at it again.
    Thing.RISK: "Vq X D | – | – | Vo Vp Co Eo So Do Dp | Vq C E X D | Vq D | –",
    Thing.SIGNAL: "V* C | Vm C | Vm C | Vo C | V* C E X | V* | –",
    # C: proposes a version; X: another person confirms it.
    Thing.REGISTER_RULES: "V* X | – | – | V* | V* C X | V* | –",
    # X: answers; of the coordinator, takes up what a rule proposed.
    Thing.ESCALATION: "V* C X | – | – | Vo Co | V* C E X D | V* | –",
    # E: the partner answers. X: says whether the answer holds, and after 90 days what changed.
    Thing.CHALLENGE: "V* C X | – | – | Vo Eo | V* C E | V* D | –",
    # X: confirms what was written down.
    Thing.BOARD_DECISION: "V* X | – | – | – | V* C E D | V* D | –",
    # i: from when it is put before the board. X: approves, publishes; two people, one of them the chair.
    # C: compiles; S: puts it before the board. Nobody edits or withdraws what is published.
    Thing.BOARD_REVIEW: "Vi Vp X Dp | Vp | Vp | Vp Dp | V* C E S D | Vp Dp | Vp",
    Thing.BOARD_DASHBOARD: "V* D | – | – | – | V* D | V* D | –",
    Thing.CHILD: "– | Vt Et | Vc Ec | – | – | Vr | –",
    Thing.PLAN: "– | Vt Et | Vc | – | – | Vr | –",
    Thing.VISIT: "– | Vt Et Wt | Vc Cc Ec Wc | – | – | Vr | –",
    # X: authorises, never what the same person recorded or corrected (visits.rules.records).
    Thing.ALTERNATIVE: "– | Vt Xt | Vc Cc Em Sm | – | – | Vr | –",
    # X: countersigns, never who made it.
    Thing.ASSESSMENT: "– | Vt Xt | Vc Cc Em Sm | – | – | Vr | –",
    # C: asks for it; X: decides it, never who asked (visits.rules.decisions).
    Thing.DECISION: "– | Vt Ct Xt | Vc Cc | – | – | Vr | –",
    # X: agrees to it or clears it.
    Thing.FLAG: "Vs | Vt Ct Xt | Vc Cc | – | Vs | Vr | –",
    Thing.SCHOOL_DECISION: "– | Vt Ct | Vc Cc | – | – | Vr | –",
    Thing.FAMILY_CONTACT: "– | Vt Ct Et | Vc Cc Ec | – | – | Vr | –",
    Thing.COVER: "– | Vt Ct Et | Vc | – | – | – | –",
    Thing.CHECK_IN: "– | Vt Ct | – | – | – | – | –",
    Thing.OVERSIGHT: "Vs | Vt Vs Dt | – | – | Vs | Vs | –",
    # C: a duty social worker opens a record outside the caseload; X: another manager has looked at it.
    Thing.EMERGENCY_ACCESS: "– | Vt Xt | Cc | – | – | Vr | –",
    # Partners read visiting where it is published: in the board's reviews.
    Thing.VISIT_RATES: "Vs Ds | Vt Vs Dt Ds | Vc Vs Ds | – | Vs Ds | Vs Ds | –",
    Thing.USER_ACCOUNT: "Vm | Vm | Vm | Vm | Vo C | V* | V* C E W",
    Thing.AUDIT_TRAIL: "– | – | – | – | – | V* D | V*",
    Thing.JOB_RUN: "– | V* | – | – | V* X | V* | V* X",
}


def _cells(text: str) -> frozenset[tuple[Action, Scope]]:
    words = [] if text == "–" else text.split()
    cells: set[tuple[Action, Scope]] = set()
    view_scopes = {Scope(word[-1]) for word in words if word.startswith("V")}
    scopes: set[Scope] = set()
    for word in reversed(words):
        if word[-1] in {scope.value for scope in Scope}:
            letters, scopes = word[:-1], {Scope(word[-1])}
        else:
            letters, scopes = word, scopes or view_scopes
        cells |= {(Action(letter), scope) for letter in letters for scope in scopes}
    return frozenset(cells)


MATRIX: dict[tuple[Thing, Role], frozenset[tuple[Action, Scope]]] = {
    (thing, role): _cells(cell.strip())
    for thing, row in _TABLE.items()
    for role, cell in zip(_ORDER, row.split("|"), strict=True)
}


def scopes(roles: Iterable[Role], action: Action, thing: Thing) -> frozenset[Scope]:
    """To which rows of `thing` somebody with `roles` may do `action`: the union over the roles,
    empty where nothing is granted."""
    return frozenset(
        scope
        for role in roles
        for granted, scope in MATRIX.get((thing, role), frozenset())
        if granted is action
    )


# Scopes that reach beyond what is one's own.
BEYOND_ONESELF = frozenset(Scope) - {Scope.MINE_DRAFT}


def allows(
    roles: Iterable[Role], action: Action, thing: Thing, within: frozenset[Scope] = frozenset(Scope)
) -> bool:
    """Whether any row may be reached, or, with `within`, any row by one of these scopes."""
    return bool(scopes(roles, action, thing) & within)
