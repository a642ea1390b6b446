"""What the visiting figures say, in sentences."""

from decimal import Decimal

from dashboards.figures.outcomes import Outcomes
from safeguarding.kernel.periods import Month

WHO = {
    "CP": "children on a child protection plan",
    "CIN": "children on a child in need plan",
    "CIC": "children in care",
}


def headline(now: Outcomes, then: Outcomes | None, then_month: Month | None) -> str:
    """The finding as a title: what became of the share, or the share itself."""
    who, rate = WHO[now.plan_type], now.rate("seen")
    if now.nobody:
        return f"No {who} in {now.month.name}"
    if rate is None:
        return f"{_start(who)} in {now.month.name}: the numbers are too small to show"
    before = then.rate("seen") if then else None
    if before is None or then_month is None or then_month == now.month:
        return f"{_start(who)} in {now.month.name}: {rate}% seen"
    if rate == before:
        return f"The same share of {who} was seen in {now.month.name} as in {then_month.name}"
    change = "larger" if rate > before else "smaller"
    return f"A {change} share of {who} was seen in {now.month.name} than in {then_month.name}"


def sentence(now: Outcomes, then: Outcomes | None, then_month: Month | None) -> str:
    """'72.2% of children on a child protection plan were seen in April 2020, 2.5 points below
    March 2019.' `then_month` is None where nothing is to be compared."""
    who, rate = WHO[now.plan_type], now.rate("seen")
    if now.nobody:
        return f"There were no {who} due to have been visited by the end of {now.month.name}."
    if rate is None:
        return f"The numbers of {who} in {now.month.name} are too small to show."
    start = f"{rate}% of {who} were seen in {now.month.name}"
    if then_month is None or then_month == now.month:
        return f"{start}."
    if then is None:
        return f"{start}. There are no figures for {then_month.name} to compare with."
    before = then.rate("seen")
    if then.nobody:
        return f"{start}. There were no such children in {then_month.name} to compare with."
    if before is None:
        return f"{start}. The numbers for {then_month.name} are too small to compare with."
    return f"{start}, {comparison(rate, before)} {then_month.name}."


def comparison(rate: Decimal, before: Decimal) -> str:
    """'2.5 points below', '1.0 points above' or 'the same as in', from the rates as they are shown."""
    difference = rate - before
    if not difference:
        return "the same as in"
    return f"{abs(difference)} points {'above' if difference > 0 else 'below'}"


def parts(now: Outcomes) -> str:
    """How the share is made up, with its numbers; empty where there is nothing to add."""
    if now.nobody or now.children is None:
        return ""
    how = []
    face_to_face, alternative = now.rate("face_to_face"), now.rate("alternative")
    if face_to_face is not None:
        how.append(f"{now.face_to_face:,} face to face ({face_to_face}%)")
    if not now.collected:
        how.append("alternatives to a visit were not collected")
    elif alternative is not None:
        how.append(f"{now.alternative:,} by an authorised alternative ({alternative}%)")
    whole = "" if now.seen is None else f"{now.seen:,} of {now.children:,} children were seen"
    text = ": ".join(filter(None, [whole, (" and " if now.collected else "; ").join(how)]))
    return f"{_start(text)}. {rounding(now)}".strip() if text else ""


def rounding(now: Outcomes) -> str:
    """A note where the parts, rounded one by one, do not add up to the rounded total; else empty."""
    face_to_face, alternative, seen = map(now.rate, ("face_to_face", "alternative", "seen"))
    if face_to_face is None or alternative is None or seen is None or face_to_face + alternative == seen:
        return ""
    return (
        f"Each share is rounded by itself, so the parts add up to {face_to_face + alternative}%, not {seen}%."
    )


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]
