"""What a matrix, a cadence and an appetite must be, and from which day they may hold. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riskregister.constants import Band, RiskTheme, SystemFunction
from riskregister.facts.evidence import BandFact
from riskregister.rules.ratings import HIGHEST, check_bands
from safeguarding.kernel.errors import Refusal

NAME_LENGTH = 40
WORDS_LENGTH = 400
LONGEST_CADENCE_DAYS = 366
# Roles that may be given the authority to review.
AUTHORITIES = ("CO", "BM")


def check_matrix(matrix: Mapping[str, Any]) -> None:
    """`matrix`: likelihoods and impacts [{"name", "words"}], bands [{"band", "from", "to", "label"}], source,
    reason. Raises the first Refusal."""
    for axis, words in (("likelihoods", "likelihood"), ("impacts", "impact")):
        rows = matrix[axis]
        if len(rows) != HIGHEST:
            raise Refusal("not_five", f"A matrix has {HIGHEST} steps of {words}", axis)
        for place, row in enumerate(rows, 1):
            for part in ("name", "words"):
                if not row[part].strip():
                    asked = f"Enter the {'name' if part == 'name' else 'meaning'} of {words} {place}"
                    raise Refusal(f"{part}_missing", asked, f"{words}_{place}_{part}")
        names = [row["name"].strip().lower() for row in rows]
        if len(set(names)) != HIGHEST:
            raise Refusal("names_twice", f"Each step of {words} needs a name of its own", f"{words}_1_name")
    check_bands([BandFact(one["band"], one["from"], one["to"], one["label"]) for one in matrix["bands"]])
    for name, asked in (
        ("source", "Enter where the matrix comes from"),
        ("reason", "Enter why it is needed"),
    ):
        if not matrix[name].strip():
            raise Refusal(f"{name}_missing", asked, name)


def bands_up_to(ends: Sequence[int], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Bands, lowest first, from the highest score of each. Raises Refusal('bands_gap')."""
    found, first = [], 1
    for band, end, label in zip(Band.values, ends, labels, strict=True):
        if end < first:
            raise Refusal(
                "bands_gap",
                f"Each band must end higher than the one before. {Band(band).label} ends at {end}",
                f"{band}_to",
            )
        found.append({"band": band, "from": first, "to": end, "label": label})
        first = end + 1
    return found


def check_cadence(band: str, days: int, authority: Sequence[str]) -> None:
    if band not in Band.values:
        raise Refusal("band_unknown", f"“{band[:20]}” is not a band", "band")
    if not 1 <= days <= LONGEST_CADENCE_DAYS:
        raise Refusal(
            "days_outside", f"Enter a number of days from 1 to {LONGEST_CADENCE_DAYS}", f"{band}_days"
        )
    if not authority or not set(authority) <= set(AUTHORITIES):
        raise Refusal("authority_missing", "Select who may review at this level", f"{band}_authority")


def check_appetite(theme: str, highest_score: int, words: str) -> None:
    if theme not in RiskTheme.values:
        raise Refusal("theme_missing", "Select a theme", "theme")
    if not 0 <= highest_score <= HIGHEST**2:
        raise Refusal("score_outside", f"Enter a score from 0 to {HIGHEST**2}", "highest_score")
    if not words.strip():
        raise Refusal("words_missing", "Enter in words what the board bears", "words")


def effective(day: date, *, sealed_until: date | None) -> None:
    """A rule holds from a day that no published review looks back on. Raises Refusal('before_sealed')."""
    if sealed_until and day <= sealed_until:
        raise Refusal(
            "before_sealed",
            f"The day must be after {sealed_until.day} {sealed_until:%B} {sealed_until.year}: a review up to "
            "then is published, and always shows with the rules of its time",
            "effective_from",
        )


def deciding(*, waits: bool, same_person: bool, on_board: bool, confirm: bool, reason: str) -> None:
    """Confirming or declining what was proposed. Who proposed it may take it back, not confirm it. Raises the
    first Refusal."""
    if not waits:
        raise Refusal("already_decided", "Somebody has already decided this.")
    if confirm and same_person:
        raise Refusal("four_eyes", "You proposed this, so somebody else must confirm it.")
    if confirm and not on_board:
        raise Refusal("not_the_board", "A board member confirms the rules of the register.")
    if not confirm and not reason.strip():
        raise Refusal("reason_missing", "Enter why this is not to be used", "reason")


def library_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a starting risk. Raises Refusal('library_row') that names what is missing."""
    texts = ("title", "cause", "event", "consequence", "theme", "source")
    missing = [name for name in texts if not str(row.get(name, "")).strip()]
    functions, controls = row.get("functions", []), row.get("controls", [])
    if row.get("theme") not in RiskTheme.values:
        missing.append("theme")
    if not functions or not set(functions) <= set(SystemFunction.values):
        missing.append("functions")
    if not controls:
        missing.append("controls")
    if missing:
        code = str(row.get("code", "?"))[:60]
        raise Refusal("library_row", f"The starting risk {code} lacks: {', '.join(dict.fromkeys(missing))}.")
    return {name: row[name] for name in texts} | {"functions": sorted(functions), "controls": list(controls)}
