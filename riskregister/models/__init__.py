"""The risk register, the board's work, and its sealed reviews."""

from riskregister.models.history import History
from riskregister.models.register import (
    Acceptance,
    Appetite,
    Contribution,
    Control,
    LibraryRisk,
    Matrix,
    RatingChange,
    ReviewCadence,
    Risk,
    RiskLink,
    RiskLook,
)
from riskregister.models.review import BoardReview, Comment, Narrative, PublicRelease, Signature
from riskregister.models.work import Challenge, Decision, Escalation, Signal

__all__ = [
    "Acceptance",
    "Appetite",
    "BoardReview",
    "Challenge",
    "Comment",
    "Contribution",
    "Control",
    "Decision",
    "Escalation",
    "History",
    "LibraryRisk",
    "Matrix",
    "Narrative",
    "PublicRelease",
    "RatingChange",
    "ReviewCadence",
    "Risk",
    "RiskLink",
    "RiskLook",
    "Signal",
    "Signature",
]
