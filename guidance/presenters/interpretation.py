"""Words of the pages of interpretation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.selectors import User
from guidance.constants import ChangeSize, Force, GuidanceKind, InterpretationState, VersionState
from guidance.models import (
    GuidanceItem,
    GuidanceVersion,
    Interpretation,
    InterpretationEdit,
    Paragraph,
    ParagraphNote,
    VersionMove,
)
from guidance.presenters.base import Tag, counted, moment_words
from guidance.rules import differences
from guidance.rules.interpretation import LONG_SENTENCE_WORDS, reading
from guidance.selectors import interpretation as selectors
from safeguarding.kernel.periods import day_of
from safeguarding.kernel.texts import in_words

_COLOURS = {
    VersionState.RECEIVED: "yellow",
    VersionState.SET_ASIDE: "grey",
    VersionState.ASSESSED: "blue",
    VersionState.INTERPRETED: "purple",
    VersionState.APPROVED: "teal",
    VersionState.ISSUED: "green",
    VersionState.EMBEDDED: "green",
}
_FORCE_COLOURS = {Force.MUST: "red", Force.SHOULD: "orange", Force.MAY: "grey"}
# Long texts of a sentence are shown shortened; so many of them.
_LONG_SHOWN = 3
# More words in a sentence than this, on average, and the page says so.
_EASY_WORDS = 20


def state_tag(state: str) -> Tag:
    return {"text": VersionState(state).label, "colour": _COLOURS[VersionState(state)]}


def force_tag(force: str) -> Tag | None:
    if not force:
        return None
    return {"text": force_word(force), "colour": _FORCE_COLOURS[Force(force)]}


def force_word(force: str) -> str:
    """'Must'."""
    return str(Force(force).label).partition(":")[0]


def is_overdue(of: GuidanceVersion, today: date) -> bool:
    return of.state in selectors.OPEN_STATES and of.due_on < today


def due_words(of: GuidanceVersion, today: date) -> str:
    """'Was due on 3 April 2020'; "" of what waits for nothing."""
    if of.state not in selectors.OPEN_STATES:
        return ""
    return f"{'Was due' if of.due_on < today else 'Due'} on {in_words(of.due_on)}"


def owner_words(item: GuidanceItem) -> str:
    return item.owner.name if item.owner else "Nobody"


def on_item(item: GuidanceItem, version: GuidanceVersion, user: User, at: datetime) -> dict[str, Any]:
    """Context of this subject's part of an item's page; `version`: the one shown there."""
    inside = selectors.reads_work(user)
    if not inside and version.issued_at is None:
        return {}
    row = selectors.current(version) if inside else selectors.issued_interpretation(version)
    today = day_of(at)
    return {
        "of": version,
        "interpretation": row,
        "draft": row is not None and row.state != InterpretationState.APPROVED,
        "state": row.get_state_display() if row else "",
        "due": due_words(version, today),
        "overdue": is_overdue(version, today),
        "until": in_words(row.valid_until) if row and row.valid_until else "",
        "next": _next_step(selectors.rights(version, row, user)),
    }


def _next_step(rights: selectors.Rights) -> str:
    """What this person has to do next; "": nothing."""
    steps = (
        (rights.assess, "Say whether it matters here"),
        (rights.submit, "Read the draft and put it forward"),
        (rights.write, "Write what it means here"),
        (rights.review, "Approve it or send it back"),
        (rights.issue, "Issue it"),
    )
    return next((words for may, words in steps if may), "")


def version_rows(of: GuidanceVersion, today: date, *, inside: bool = True) -> list[dict[str, Any]]:
    """The summary list of a version on pages about its interpretation; with who sees to it and how long it
    took for who is `inside`: keeps the register or checks it."""
    kind = GuidanceKind(of.kind).label
    size = f", {str(ChangeSize(of.size).label).partition(':')[0].lower()}" if of.number > 1 else ""
    rows: list[dict[str, Any]] = [
        {"key": "Issuer", "value": of.item.issuer},
        {"key": "Kind", "value": f"{kind}{size}"},
        {"key": "How binding", "value": Force(of.force).label},
        {"key": "Holds from", "value": in_words(of.effective_from)},
    ]
    if of.effective_until:
        rows.append({"key": "No longer from", "value": in_words(of.effective_until)})
    published = in_words(of.published_on) if of.published_on else "The issuer does not say"
    rows.append({"key": "Published", "value": published})
    rows.append({"key": "Received", "value": in_words(of.received_on)})
    if inside:
        rows.append({"key": "Who sees to it", "value": owner_words(of.item)})
    if due := due_words(of, today):
        rows.append({"key": "To be issued", "value": due})
    if of.issued_at:
        since = of.published_on or of.received_on
        days = max(0, (day_of(of.issued_at) - since).days)
        whence = "publication" if of.published_on else "receipt"
        took = f", {counted(days, 'day')} after {whence}" if inside else ""
        value = f"{moment_words(of.issued_at)}{took}"
        rows.append({"key": "Issued", "value": value})
    return rows


def interpretation_rows(row: Interpretation, *, inside: bool = True) -> list[dict[str, Any]]:
    rows = [
        {"key": "What it means here", "value": row.meaning or "Nothing is written yet"},
        {"key": "What to do now", "value": row.to_do or "Nothing is written yet"},
    ]
    if row.valid_until:
        rows.append({"key": "To be looked at again by", "value": in_words(row.valid_until)})
    if inside:
        public = "Yes, once it is issued" if row.is_public else "No"
        rows.append({"key": "On the public page", "value": public})
    return rows


def round_words(row: Interpretation) -> str:
    """'Draft 2, by Anna Author'; of what was put forward or decided, by whom and when."""
    words = [f"Draft {row.number}, begun by {row.author.name}"]
    if row.submitted_at and row.submitted_by:
        words.append(f"put forward by {row.submitted_by.name} on {moment_words(row.submitted_at)}")
    if row.state == InterpretationState.APPROVED and row.decided_at and row.decided_by:
        words.append(f"approved by {row.decided_by.name} on {moment_words(row.decided_at)}")
    return ", ".join(words) + "."


def work_stats(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Figures of components/stat.html, each a link to its rows."""
    here = reverse("guidance_work")
    found = [
        {"label": VersionState(state).label, "value": f"{counts[state]:,}", "href": f"{here}?state={state}"}
        for state in selectors.OPEN_STATES
    ]
    late = {"label": "Overdue", "value": f"{counts['overdue']:,}", "href": f"{here}?due=overdue"}
    return [*found, late]


def beside(pairs: Iterable[tuple[Paragraph, ParagraphNote | None]]) -> list[dict[str, Any]]:
    """Each paragraph with what it means here; `differs`: a person says otherwise than its words."""
    return [
        {
            "paragraph": paragraph,
            "name": f"Paragraph {paragraph.label or paragraph.position}",
            "force": force_tag(paragraph.force),
            "note": note.text if note else "",
            "here": force_tag(note.force) if note and note.force else None,
            "differs": bool(note and note.force and paragraph.force not in ("", note.force)),
        }
        for paragraph, note in pairs
    ]


def reading_words(*texts: str) -> dict[str, Any] | None:
    """How the texts read: {'words', 'hard', 'long'}; None of texts that say nothing."""
    found = reading(*texts)
    if not found.words:
        return None
    average = round(found.words_a_sentence)
    return {
        "words": f"{counted(found.words, 'word')} in {counted(found.sentences, 'sentence')}: "
        f"{counted(average, 'word')} a sentence on average.",
        "hard": found.words_a_sentence > _EASY_WORDS or bool(found.long),
        "long": [f"“{one}”" for one in found.long[:_LONG_SHOWN]],
        "limit": LONG_SENTENCE_WORDS,
        "more": max(0, len(found.long) - _LONG_SHOWN),
    }


def compared(before: str, after: str) -> list[differences.Line]:
    """The lines of both texts, and what is different in each."""
    return differences.compare(_lines(before), _lines(after))


def _lines(text: str) -> list[differences.Paragraph]:
    return [differences.Paragraph("", line.strip()) for line in text.split("\n") if line.strip()]


_MOVES = {
    VersionState.RECEIVED: "Received",
    VersionState.SET_ASIDE: "Set aside",
    VersionState.ASSESSED: "It matters here",
    VersionState.INTERPRETED: "Put forward",
    VersionState.APPROVED: "Approved",
    VersionState.ISSUED: "Issued",
    VersionState.EMBEDDED: "Closed: shown in practice",
}
_BACK = {
    VersionState.SET_ASIDE: "Taken up again",
    VersionState.INTERPRETED: "Sent back",
    VersionState.APPROVED: "Approval taken back",
}


def timeline(
    moves: Iterable[VersionMove], rounds: Iterable[tuple[Interpretation, Sequence[InterpretationEdit]]]
) -> list[dict[str, Any]]:
    """Entries of components/timeline.html, the latest first: every move, and who wrote when."""
    entries = [(move.at, 1, _move(move)) for move in moves]
    for row, edits in rounds:
        entries += [(edit.at, 0, _edit(row, edit, first=not place)) for place, edit in enumerate(edits)]
    entries.sort(key=lambda entry: entry[:2], reverse=True)
    return [entry for _, _, entry in entries]


def _move(move: VersionMove) -> dict[str, Any]:
    to = VersionState(move.to_state)
    title = _MOVES[to]
    if to == VersionState.ASSESSED and move.from_state != VersionState.RECEIVED:
        title = _BACK.get(VersionState(move.from_state), title)
    return _entry(title, move.at, move.by, move.reason)


def _edit(row: Interpretation, edit: InterpretationEdit, *, first: bool) -> dict[str, Any]:
    title = f"Draft {row.number} begun" if first else f"Draft {row.number} changed"
    marks = edit.fields.get("stood_by") or []
    text = (
        f"The writer confirmed that it names no child; it looked like {' and '.join(marks)}" if marks else ""
    )
    return _entry(title, edit.at, edit.by, text)


def _entry(title: str, at: datetime, by: User | None, text: str) -> dict[str, Any]:
    return {
        "title": title,
        "when": moment_words(at),
        "datetime": at.isoformat(),
        "by": by.name if by else "by a rule",
        "text": text,
    }


def work_table(rows: Iterable[GuidanceVersion], today: date) -> dict[str, Any]:
    return {
        "caption": "By the day on which it is due",
        "columns": [
            {"text": "Guidance", "wide": True},
            {"text": "State"},
            {"text": "Due"},
            {"text": "Who sees to it"},
            {"text": "How binding"},
        ],
        "rows": [_work_row(row, today) for row in rows],
        "empty": "Nothing waits to be issued here.",
    }


def _work_row(of: GuidanceVersion, today: date) -> list[Any]:
    version = f", version {of.number}" if of.number > 1 else ""
    name = {
        "text": of.title,
        "href": reverse("interpretation", args=[of.uid]),
        "note": f"{of.item.label}{version}. {of.item.issuer}",
    }
    state = state_tag(of.state)
    stands: dict[str, Any] = {"text": state["text"], "tag": state["colour"]}
    if of.state in (VersionState.ASSESSED, VersionState.INTERPRETED):
        opened = of.open_interpretations  # type: ignore[attr-defined]
        stands["note"] = f"Draft by {opened[0].author.name}" if opened else "No draft yet"
    due: dict[str, Any] = {"text": in_words(of.due_on)}
    if of.due_on < today:
        due["tags"] = [{"text": "Overdue", "colour": "red"}]
    return [name, stands, due, owner_words(of.item), force_word(of.force)]


_FIELDS = {
    "meaning": "What it means here",
    "to_do": "What people have to do now",
    "reason": "Your reason",
    "words": "What you want to say",
}


def stale_draft(
    theirs: Mapping[str, Any], typed: Mapping[str, Any], notes: Mapping[int, tuple[str, str]]
) -> list[dict[str, str]]:
    """What the draft says now and what was typed, where they differ. `theirs` as selectors.begun_from."""
    pairs = [
        {"field": _FIELDS[name], "theirs": theirs[name], "yours": typed[name]}
        for name in ("meaning", "to_do")
        if theirs[name] != typed[name]
    ]
    for position, note in notes.items():
        saved = theirs["notes"].get(position, ("", ""))
        if saved != note:
            pairs.append(
                {"field": f"Paragraph {position}", "theirs": _note_words(saved), "yours": _note_words(note)}
            )
    until, yours = theirs["valid_until"], typed["valid_until"]
    if until != yours:
        words = [in_words(day) if day else "" for day in (until, yours)]
        pairs.append({"field": "To be looked at again by", "theirs": words[0], "yours": words[1]})
    return pairs


def _note_words(note: tuple[str, str]) -> str:
    force, text = note
    return "\n".join(part for part in (force_word(force) if force else "", text) if part)


def stale_step(
    of: GuidanceVersion, last: VersionMove | None, typed: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What the version is now, and every text of a stale form."""
    theirs = "\n".join(filter(None, [state_tag(of.state)["text"], last.reason if last else ""]))
    texts = [(label, typed[name]) for name, label in _FIELDS.items() if typed.get(name)]
    return [{"field": label, "theirs": theirs, "yours": str(text)} for label, text in texts] or [
        {"field": "State", "theirs": theirs, "yours": ""}
    ]


def topics_table(owners: Mapping[str, User], topics: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {
        "caption": "Who sees to guidance on each topic today",
        "columns": [{"text": "Topic"}, {"text": "Who sees to it"}],
        "rows": [
            [label, owners[code].name if code in owners else "Who records it"] for code, label in topics
        ],
    }
