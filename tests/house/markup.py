"""HTML read into a shape that two pages with the same structure share."""

from html.parser import HTMLParser

# Elements that have no end tag.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
REFERENCES = {"for", "aria-describedby", "aria-labelledby", "aria-controls"}


class _Reader(HTMLParser):
    def __init__(self, ignore: frozenset[str]) -> None:
        super().__init__()
        self.ignore = ignore
        self.nodes: list[tuple] = []
        self.numbers: dict[tuple[str, str], str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = {}
        for name, value in attrs:
            if name in self.ignore or (name == "value" and not value):
                continue
            if name == "class":
                kept[name] = " ".join(sorted((value or "").split()))
            elif name == "id" or name in REFERENCES:
                kept[name] = " ".join(self._number("id", word) for word in (value or "").split())
            elif name == "name":
                kept[name] = self._number("name", value or "")
            else:
                kept[name] = value or ""
        self.nodes.append((tag, tuple(sorted(kept.items()))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.nodes.append(("/" + tag, ()))

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text:
            self.nodes.append(("text", (text,)))

    def _number(self, kind: str, word: str) -> str:
        """Ids and names by the order in which they are first met: "id-1", "id-2"."""
        return self.numbers.setdefault((kind, word), f"{kind}-{len(self.numbers) + 1}")


def structure(html: str, ignore: frozenset[str] = frozenset()) -> list[tuple]:
    """Elements with their attributes and texts, in order: equal for two fragments that are the same.

    Not compared: white space, the order of attributes and classes, how ids and names are spelled (only that
    they point at each other in the same way), empty values, and the attributes in `ignore`.
    """
    reader = _Reader(ignore)
    reader.feed(html)
    reader.close()
    return reader.nodes


def attribute_values(html: str, name: str) -> list[str]:
    """Every value of an attribute, in order."""
    found: list[str] = []

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value or "" for key, value in attrs if key == name)

    Collector().feed(html)
    return found
