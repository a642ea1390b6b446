"""One cell of a list of guidance as somebody typed it: days in several forms, words for codes, addresses.
Pure; each reader refuses with what to do."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from guidance.constants import Audience, Force, GuidanceKind, Topic, TouchedDuty
from safeguarding.kernel.errors import Refusal
from safeguarding.kernel.periods import Month

FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2100, 1, 1)
URL_LENGTH = 500
_MONTHS = {Month(24240 + number).name.split()[0].lower(): number + 1 for number in range(12)}
_WEEKDAY = re.compile(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?[,.]?\s+", re.IGNORECASE)
# What a spreadsheet adds to a day.
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
_ORDINAL = re.compile(r"\b([0-9]{1,2})(st|nd|rd|th)\b", re.IGNORECASE)
# Days since the end of 1899, as spreadsheets count them: 2000 to 2099.
_SERIAL = re.compile(r"[3-7][0-9]{4}(\.0+)?", re.ASCII)
_SERIAL_ORIGIN = date(1899, 12, 30)
_EXAMPLE = "Write it like 27/3/2020 or 27 March 2020"
_SEPARATORS = re.compile(r"\s*[;|\n/]\s*")
_COMMAS = re.compile(r"\s*,\s*")

# How lists say it besides by label and code.
KIND_WORDS: Mapping[str, str] = {
    "new guidance": GuidanceKind.NEW,
    "published": GuidanceKind.NEW,
    "additional guidance": GuidanceKind.ADDITIONAL,
    "addition": GuidanceKind.ADDITIONAL,
    "supplementary": GuidanceKind.ADDITIONAL,
    "amended guidance": GuidanceKind.AMENDED,
    "amendment": GuidanceKind.AMENDED,
    "updated": GuidanceKind.AMENDED,
    "update": GuidanceKind.AMENDED,
    "revised": GuidanceKind.AMENDED,
    "withdrawal": GuidanceKind.WITHDRAWN,
    "law": GuidanceKind.STATUTORY_CHANGE,
    "legislation": GuidanceKind.STATUTORY_CHANGE,
    "regulations": GuidanceKind.STATUTORY_CHANGE,
    "statutory change": GuidanceKind.STATUTORY_CHANGE,
    "change of law": GuidanceKind.STATUTORY_CHANGE,
    "temporary": GuidanceKind.EASEMENT,
    "relaxation": GuidanceKind.EASEMENT,
}
FORCE_WORDS: Mapping[str, str] = {
    "duty": Force.MUST,
    "mandatory": Force.MUST,
    "required": Force.MUST,
    "law": Force.MUST,
    "statutory guidance": Force.SHOULD,
    "expected": Force.SHOULD,
    "non-statutory": Force.MAY,
    "good practice": Force.MAY,
    "advice": Force.MAY,
    "optional": Force.MAY,
}
AUDIENCE_WORDS: Mapping[str, str] = {
    "schools": Audience.SAFEGUARDING_LEADS,
    "dsls": Audience.SAFEGUARDING_LEADS,
    "school nurses": Audience.HEALTH_VISITORS,
    "health": Audience.HEALTH_PROVIDERS,
    "foster carers": Audience.CARERS,
    "council": Audience.LOCAL_AUTHORITY,
    "local authorities": Audience.LOCAL_AUTHORITY,
    "parents": Audience.FAMILIES,
    "early years providers": Audience.EARLY_YEARS,
    "courts": Audience.PROBATION_COURTS,
    "probation": Audience.PROBATION_COURTS,
}
CODES_OF: Mapping[str, type[StrEnum]] = {
    "kind": GuidanceKind,
    "force": Force,
    "audiences": Audience,
    "topics": Topic,
    "duties": TouchedDuty,
}
_WORDS_OF = {"kind": KIND_WORDS, "force": FORCE_WORDS, "audiences": AUDIENCE_WORDS}
_CALLED = {
    "kind": "a kind of guidance",
    "force": "must, should or may",
    "audiences": "an audience",
    "topics": "a topic",
    "duties": "a duty",
}


def read_day(text: str, *, field: str) -> date:
    """2020-03-27, 27/3/2020, 27.3.20, 27 March 2020, Fri 27th Mar 2020, March 27, 2020, or 43917 of a
    spreadsheet.

    Raises Refusal('not_a_date' | 'no_such_day' | 'day_out_of_range').
    """
    typed = _MIDNIGHT.sub("", _WEEKDAY.sub("", text.strip()))
    if _SERIAL.fullmatch(typed):
        return _SERIAL_ORIGIN + timedelta(days=int(typed.partition(".")[0]))
    year, month, day = _parts(_ORDINAL.sub(r"\1", typed), field)
    try:
        found = date(year, month, day)
    except ValueError:
        raise Refusal("no_such_day", f"There is no such day as “{_cut(text)}”. {_EXAMPLE}", field) from None
    if not FIRST_DAY <= found < LAST_DAY:
        raise Refusal("day_out_of_range", f"“{_cut(text)}” is not between 1980 and 2099", field)
    return found


def _parts(typed: str, field: str) -> tuple[int, int, int]:
    """Year, month and day, as said; whether there is such a day is not known yet."""
    refusal = Refusal("not_a_date", f"“{_cut(typed)}” is not a date. {_EXAMPLE}", field)
    parts = [part for part in re.split(r"[\s/.,\-–]+", typed) if part]
    if len(parts) != 3:
        raise refusal
    first, second, third = parts
    if re.fullmatch(r"[0-9]{4}", first, re.ASCII):
        year, month, day = first, second, third
    elif first.isalpha():
        # March 27, 2020; between figures the day is first, as people here write it.
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    number = _month(month)
    if number is None or not re.fullmatch(r"[0-9]{1,2}", day, re.ASCII):
        raise refusal
    if not re.fullmatch(r"[0-9]{4}|[0-9]{2}", year, re.ASCII):
        raise refusal
    return int(year) + (2000 if len(year) == 2 else 0), number, int(day)


def _month(text: str) -> int | None:
    name = text.lower()
    if len(name) >= 3 and name.isalpha():
        name = "sep" if name == "sept" else name
        return next((number for month, number in _MONTHS.items() if month.startswith(name)), None)
    return int(name) if re.fullmatch(r"[0-9]{1,2}", name, re.ASCII) else None


def read_code(text: str, *, field: str) -> str:
    """The code that a word, a label or a code says. Raises Refusal('not_offered')."""
    found = _code(text, field)
    if found is None:
        offered = "; ".join(_short(one.label) for one in CODES_OF[field])  # type: ignore[attr-defined]
        words = f"“{_cut(text)}” is not {_CALLED[field]}. Use: {offered}"
        raise Refusal("not_offered", words, field)
    return found


def read_codes(text: str, *, field: str) -> list[str]:
    """Several, parted by semicolons, strokes or commas; labels may have commas of their own.

    Raises Refusal('not_offered') for the first that is none.
    """
    found: list[str] = []
    for piece in _pieces(text, field):
        code = read_code(piece, field=field)
        if code not in found:
            found.append(code)
    return found


def _pieces(text: str, field: str) -> Iterable[str]:
    if _code(text, field) is not None:
        yield text
        return
    for piece in filter(None, _SEPARATORS.split(text.strip())):
        if _code(piece, field) is not None:
            yield piece
            continue
        words = [word for word in _COMMAS.split(piece) if word]
        while words:
            # The longest run of words that is a label.
            for length in range(len(words), 0, -1):
                if length == 1 or _code(", ".join(words[:length]), field) is not None:
                    yield ", ".join(words[:length])
                    words = words[length:]
                    break


def _code(text: str, field: str) -> str | None:
    word = _plain(text)
    if not word:
        return None
    for one in CODES_OF[field]:
        label = one.label  # type: ignore[attr-defined]
        if word in (_plain(one.value), _plain(label), _plain(_short(label))):
            return one.value
    said = _WORDS_OF.get(field, {}).get(word)
    return str(said) if said else None


def read_url(text: str, *, field: str) -> str:
    """An address of the web, with its scheme. Raises Refusal('not_an_address' | 'address_too_long')."""
    typed = text.strip().strip("<>")
    refusal = Refusal(
        "not_an_address", f"“{_cut(text)}” is not an address. Write it like https://www.gov.uk/…", field
    )
    if re.search(r"\s", typed):
        raise refusal
    if not re.match(r"[a-z][a-z0-9+.-]*:", typed, re.IGNORECASE):
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
        host = parts.hostname or ""
    except ValueError:
        raise refusal from None
    if parts.scheme.lower() not in ("http", "https") or not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host):
        raise refusal
    if parts.username or parts.password:
        raise refusal
    if len(typed) > URL_LENGTH:
        raise Refusal("address_too_long", f"The address is longer than {URL_LENGTH} characters", field)
    return typed


def _short(label: str) -> str:
    """A label without what explains it: 'Must: binding by law or agreement'."""
    return label.partition(":")[0]


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("’", "'").split()).rstrip(".")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
