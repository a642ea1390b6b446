"""What of each item is searched: all its versions' words, and what was said of them when they were issued."""

from collections.abc import Iterable

from guidance.constants import LIVE_STATES, InterpretationState
from guidance.models import GuidanceItem, GuidanceVersion, Interpretation, Paragraph

# The words of a search index have to stay below one megabyte for a row.
_AT_MOST = 400_000


def searched(item: GuidanceItem, version: GuidanceVersion, paragraphs: Iterable[str]) -> str:
    """The text of an item with this one version."""
    return _text(item, [(version, paragraphs)], ())


def search_again(item: GuidanceItem) -> None:
    """Writes the searched text of `item` anew: after each change of a version and after each issue. In the
    transaction of the change. It is derived, so it counts as no change of the record."""
    texts: dict[int, list[str]] = {}
    for pk, text in Paragraph.objects.filter(version__item=item).values_list("version_id", "text"):
        texts.setdefault(pk, []).append(text)
    versions = list(GuidanceVersion.objects.filter(item=item).order_by("-number"))
    told = Interpretation.objects.filter(
        of__item=item, of__state__in=LIVE_STATES, state=InterpretationState.APPROVED
    ).values_list("meaning", "to_do")
    said = [words for both in told for words in both]
    item.search_text = _text(item, [(version, texts.get(version.pk, ())) for version in versions], said)
    issued = [(version, texts.get(version.pk, ())) for version in versions if version.issued_at]
    item.told_text = _text(item, issued, said) if issued else ""
    GuidanceItem.objects.filter(pk=item.pk).update(search_text=item.search_text, told_text=item.told_text)


def _text(
    item: GuidanceItem,
    versions: Iterable[tuple[GuidanceVersion, Iterable[str]]],
    said: Iterable[str],
) -> str:
    parts = [item.label, item.issuer, item.reference, item.url_key, *said]
    for version, paragraphs in versions:
        parts += [version.title, version.summary, version.change_note, *paragraphs]
    # The same words of several versions once, the newest first.
    return "\n".join(part for part in dict.fromkeys(parts) if part)[:_AT_MOST]
