"""The tables of the register of guidance."""

from guidance.models.acknowledgement import Acknowledgement, AcknowledgementReminder
from guidance.models.dissemination import Dispatch, Newsletter, NewsletterEntry, NewsletterMail
from guidance.models.easements import Easement
from guidance.models.entry import GuidanceList, SourceChange, SourceCheck, SourceFetch
from guidance.models.history import History
from guidance.models.interpretation import (
    Interpretation,
    InterpretationEdit,
    ParagraphNote,
    TopicOwner,
    VersionMove,
)
from guidance.models.links import GuidanceLink, LinkLook
from guidance.models.register import GuidanceItem, GuidanceVersion, Paragraph, SeenUntil

__all__ = [
    "Acknowledgement",
    "AcknowledgementReminder",
    "Dispatch",
    "Easement",
    "GuidanceItem",
    "GuidanceLink",
    "GuidanceList",
    "GuidanceVersion",
    "History",
    "Interpretation",
    "InterpretationEdit",
    "LinkLook",
    "Newsletter",
    "NewsletterEntry",
    "NewsletterMail",
    "Paragraph",
    "ParagraphNote",
    "SeenUntil",
    "SourceChange",
    "SourceCheck",
    "SourceFetch",
    "TopicOwner",
    "VersionMove",
]
