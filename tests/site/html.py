"""What a page is made of, read by the parser of the standard library."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"))


@dataclass
class Page:
    headings: list[tuple[int, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    unclosed: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.page.tags.append((tag, found))
        if found.get("id"):
            self.page.ids.append(found["id"] or "")
        if tag == "a" and found.get("href"):
            self.page.links.append(found["href"] or "")
        if tag[0] == "h" and tag[1:].isdigit():
            self.page.headings.append((int(tag[1:]), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.page.astray.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if any(tag[0] == "h" and tag[1:].isdigit() for tag in self.open):
            level, text = self.page.headings[-1]
            self.page.headings[-1] = (level, text + data)


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.text = " ".join("".join(reader.texts).split())
    reader.page.unclosed = reader.open
    return reader.page
