"""What each partner last said. Pure."""

from riskregister.facts.evidence import AnswerFact, PartnerFact, ReturnFact

# The question whether services will be stopped or reduced; the same code in every set that asks it.
PLAN_TO_REDUCE = "plan_to_reduce"


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


def answer_to(partner: PartnerFact, question: str) -> AnswerFact | None:
    """Its last answer to one question."""
    sent = latest_sent(partner)
    return sent.answers.get(question) if sent else None
