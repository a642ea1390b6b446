"""The cover's words: what the board is asked, and the month in a paragraph. Pure."""

from riskregister.facts.content import Finding
from riskregister.facts.evidence import Evidence
from riskregister.review.words import counted, on_moment


def recommendations(evidence: Evidence, found: tuple[Finding, ...]) -> tuple[str, ...]:
    """What the board is asked to do, lettered where they are printed."""
    asked = [
        "notes the position of the month and what changed since the last board;",
        "endorses the approach to understanding the impact and risks of the emergency, and to gaining"
        " assurance from the wider children’s system;",
    ]
    waiting = [
        one for one in evidence.escalations if one.state in ("open", "escalated") and not one.answered_at
    ]
    if waiting:
        asked.append(f"answers {counted(len(waiting), 'escalation')} that it owes an answer;")
    concerns = [one for one in found if one.concern]
    if concerns:
        letters = ", ".join(one.letter for one in concerns)
        asked.append(f"decides what follows from the key findings that ask for it ({letters}).")
    asked[-1] = asked[-1].rstrip(";.") + "."
    return tuple(asked)


def summary(evidence: Evidence, found: tuple[Finding, ...]) -> str:
    opened = [one for one in evidence.risks if one.state == "open" and not one.organisation]
    grave = [one for one in opened if one.current and one.current.band == "red"]
    sent = sum(1 for partner in evidence.partners for one in partner.returns if one.submitted_at)
    owed = sum(len(partner.returns) for partner in evidence.partners)
    text = (
        f"This review shows {evidence.month.name} as it was known on {on_moment(evidence.cut_off)}:"
        f" {counted(len(opened), 'open partnership risk')}, {len(grave)} of them red;"
        f" {sent} of {counted(owed, 'assurance return')} received."
    )
    if found:
        text += f" It makes {counted(len(found), 'key finding')}."
    return text
