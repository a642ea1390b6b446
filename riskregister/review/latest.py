"""What each partner last said. Pure."""

from riskregister.facts.evidence import AnswerFact, PartnerFact, ReturnFact


def latest_sent(partner: PartnerFact) -> ReturnFact | None:
    """The partner's return of the latest cycle that it answered."""
    sent = [one for one in partner.returns if one.submitted_at]
    return max(sent, key=lambda one: one.cycle_number) if sent else None


def answers_about(partner: PartnerFact, theme: str) -> tuple[AnswerFact, ...]:
    """Its last answers of a theme that say something of assurance, in the order of the questions."""
    sent = latest_sent(partner)
    if not sent:
        return ()
    return tuple(one for one in sent.answers.values() if one.theme == theme and one.reading)
