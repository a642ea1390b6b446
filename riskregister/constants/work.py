"""Signals, escalations, challenges, decisions."""

from datetime import timedelta

from django.db.models import TextChoices

__all__ = [
    "ANSWER_WITHIN",
    "PRACTICE_CHECK_AFTER",
    "ChallengeState",
    "DecisionKind",
    "EscalationSource",
    "EscalationState",
    "PracticeChanged",
    "SignalState",
]

# Unless the person who asks names another day; the partnership's own rule.
ANSWER_WITHIN = timedelta(days=14)
# When the board asks what changed for children (features C 17: a check at 90 days).
PRACTICE_CHECK_AFTER = timedelta(days=90)


class SignalState(TextChoices):
    NEW = "new", "New"
    WATCHED = "watched", "Watched"
    PROMOTED = "promoted", "Became a risk"
    DISMISSED = "dismissed", "Not followed up"


class EscalationSource(TextChoices):
    RISK = "risk", "Risk"
    APPETITE = "appetite", "Risk outside appetite"
    SIGNAL = "signal", "Emerging threat"
    CHECK = "check", "Finding of a check"


class EscalationState(TextChoices):
    # Proposed by a rule: a person takes it up or says why not.
    PROPOSED = "proposed", "Proposed by a rule"
    OPEN = "open", "Waiting for the board"
    ANSWERED = "answered", "Answered"
    DECLINED = "declined", "Not taken up"


class ChallengeState(TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ANSWERED = "answered", "Answered"
    # The asker says whether the answer holds.
    ACCEPTED = "accepted", "Answer accepted"
    REOPENED = "reopened", "Answer not accepted"


class PracticeChanged(TextChoices):
    """What the check after 90 days found."""

    YES = "yes", "Yes, and it can be shown"
    PARTLY = "partly", "Partly"
    NO = "no", "No"
    TOO_EARLY = "too_early", "Cannot be said yet"


class DecisionKind(TextChoices):
    NOTED = "noted", "Noted"
    AGREED = "agreed", "Agreed"
    AMENDED = "amended", "Agreed with changes"
    REFUSED = "refused", "Not agreed"
    DEFERRED = "deferred", "Deferred"
