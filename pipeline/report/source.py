"""The readable text source of a template: front matter, Markdown and house parts (docs/templates.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pipeline.report.errors import SourceError

PARTS: Final = {
    "cover": frozenset(),
    "front": frozenset({"title"}),
    "toc": frozenset({"depth", "title"}),
    "landscape": frozenset(),
    "form": frozenset({"caption", "widths", "labels", "id", "title"}),
    "table": frozenset({"caption", "each", "merge", "widths", "align", "total", "empty", "id"}),
    "chart": frozenset({"caption", "empty", "id"}),
    "diagram": frozenset({"caption", "empty", "id"}),
    "include": frozenset({"path", "shift"}),
    "note": frozenset(),
    "picture": frozenset({"key", "caption"}),
    "pagebreak": frozenset(),
    "equation": frozenset({"key"}),
}
_ONE_LINE: Final = ("toc", "pagebreak", "chart", "diagram", "equation", "picture", "include")
_UNUSED_RULES: Final = (
    "link image html_inline html_block code hr backticks autolink fence blockquote lheading reference"
    " emphasis"
).split()
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_TAG_LINE = re.compile(r"^\s*\{%p\s.*%\}\s*$")
_OPENER = re.compile(r"^:::\s*([A-Za-z]+)\s*(.*?)\s*(:::)?\s*$")
_CLOSER = re.compile(r"^:::\s*$")
_ATTRIBUTE = re.compile(r"""([a-z]+)=(?:"([^"]*)"|'([^']*)')\s*""")
_INLINE_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_REFERENCE = re.compile(r"@\[([A-Za-z0-9_-]+)\]")
_SYMBOL = re.compile(r"\$(\{\{[^{}$]*\}\}|[A-Za-zΑ-Ωα-ω][^$\s]*)\$")
_BREAK = re.compile(r"<br\s*/?>")
_INLINES: Final = (
    (_INLINE_TAG, "tag"),
    (_REFERENCE, "reference"),
    (_SYMBOL, "symbol"),
    (_BREAK, "hardbreak"),
)


@dataclass(frozen=True)
class Piece:
    """A stretch of inline text; `kind` is text, tag, break, symbol (of a quantity) or reference (to the caption of that id)."""

    text: str
    kind: str = "text"
    strong: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading of level 1–4."""

    level: int
    pieces: tuple[Piece, ...]
    numbered: bool
    line: int

    @property
    def text(self) -> str:
        """The heading as plain text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    pieces: tuple[Piece, ...]
    line: int


@dataclass(frozen=True)
class ListItem:
    """One item of a list; `list_number` tells numbered lists apart (0 for bullets)."""

    pieces: tuple[Piece, ...]
    level: int
    list_number: int
    line: int


@dataclass(frozen=True)
class TagLine:
    """A line that holds nothing but a docxtpl paragraph tag."""

    text: str
    line: int


@dataclass(frozen=True)
class Part:
    """A part of the house: `lines` are its raw lines with their numbers, `blocks` its content as Markdown."""

    name: str
    options: dict[str, str]
    lines: tuple[tuple[int, str], ...]
    line: int
    blocks: tuple[Block, ...] = field(default=())


Block = Heading | Paragraph | ListItem | TagLine | Part


@dataclass(frozen=True)
class Source:
    """A whole text source: front matter and blocks."""

    matter: dict[str, Any]
    blocks: tuple[Block, ...]


def read_source(text: str) -> Source:
    """Read a text source. Raises SourceError with the line when it breaks the format."""
    matter, body, first = _front_matter(text)
    return Source(matter, tuple(_Reader().blocks(body, first)))


def read_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a piece of source without front matter. Raises SourceError with the line."""
    return tuple(_Reader().blocks(text.replace("\r\n", "\n"), 0))


def inline(text: str) -> tuple[Piece, ...]:
    """The inline Markdown of one line (a table cell, a cover line) as pieces."""
    return _Reader().inline(text, 0)


def split_cells(line: str) -> list[str]:
    """The cells of a table line; a `|` inside a tag does not split, nor does `\\|`.

    A `|` at the end closes the line only when one at the beginning opened it: `total="合计 | 3 |"` has an empty last cell.
    """
    line = line.strip()
    if line.startswith("|"):
        line = line[1:]
        if line.endswith("|") and not line.endswith("\\|"):
            line = line[:-1]
    hidden = _INLINE_TAG.sub(lambda found: found.group().replace("|", "\0"), line.replace("\\|", "\0"))
    return [cell.strip().replace("\0", "|") for cell in hidden.split("|")]


def _front_matter(text: str) -> tuple[dict[str, Any], str, int]:
    found = re.match(r"---\n(.*?)\n---\n", text.replace("\r\n", "\n"), re.DOTALL)
    if not found:
        raise SourceError("缺少开头的 YAML 说明（--- … ---）", 1)
    try:
        matter = yaml.safe_load(found.group(1))
    except yaml.YAMLError as error:
        raise SourceError(f"开头的 YAML 说明有误：{error}", 1) from error
    if not isinstance(matter, dict) or not {"standard", "report", "title"} <= matter.keys():
        raise SourceError("开头的 YAML 说明必须有 standard、report、title", 1)
    return matter, text.replace("\r\n", "\n")[found.end() :], found.group().count("\n")


class _Reader:
    """Markdown-it with the house's additions: tags, tag lines, parts, references, bold beside Chinese."""

    def __init__(self) -> None:
        self._lists = 0
        self._md = MarkdownIt("commonmark", {"html": False}).disable(_UNUSED_RULES)
        self._md.block.ruler.before("paragraph", "tag_line", _tag_line, {"alt": ["paragraph", "list"]})
        self._md.block.ruler.before("list", "part", _part, {"alt": ["paragraph", "list"]})
        self._md.inline.ruler.before("escape", "tag", _inline_tag)
        self._md.inline.ruler.before("escape", "strong", _strong)

    def blocks(self, text: str, offset: int) -> Iterator[Block]:
        """The blocks of a piece of source whose first line is number `offset` + 1."""
        lists: list[int] = []
        for token, content in _with_content(self._md.parse(text, {"offset": offset})):
            line = (token.map[0] if token.map else 0) + offset + 1
            if token.type == "heading_open":
                yield self._heading(token, content, line)
            elif token.type == "paragraph_open":
                if re.match(r"#{1,6}[^#\s]", content):
                    raise SourceError(f"标题的 # 后面要空一格：{content[:20]}", line)
                pieces = self.inline(content, line)
                if lists:
                    yield ListItem(pieces, len(lists) - 1, lists[-1], line)
                else:
                    yield Paragraph(pieces, line)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                self._lists += token.type == "ordered_list_open"
                lists.append(self._lists if token.type == "ordered_list_open" else 0)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                lists.pop()
            elif token.type == "tag_line":
                yield TagLine(token.content, line)
            elif token.type == "part":
                yield self._part(token, line)
            elif not token.type.endswith("_close") and token.type not in ("list_item_open", "inline"):
                raise SourceError(f"不支持的 Markdown 写法：{token.type}", line)

    def _heading(self, token: Token, content: str, line: int) -> Heading:
        level = int(token.tag[1])
        if level > 4:
            raise SourceError("标题最多四级", line)
        numbered = True
        if content.rstrip().endswith("{.unnumbered}"):
            content, numbered = content.rstrip().removesuffix("{.unnumbered}").rstrip(), False
        return Heading(level, self.inline(content, line), numbered, line)

    def _part(self, token: Token, line: int) -> Part:
        name, options = token.info, token.meta["options"]
        lines = tuple((line + 1 + number, text) for number, text in enumerate(token.content.split("\n")))
        blocks: tuple[Block, ...] = ()
        if name in ("landscape", "front", "note"):
            inner = token.content
            if name == "front":
                inner = re.sub(r"(?m)^(title|signature):.*$", "", inner)
            blocks = tuple(self.blocks(inner, line))
        return Part(name, options, lines, line, blocks)

    def inline(self, text: str, line: int) -> tuple[Piece, ...]:
        """Inline Markdown as pieces."""
        pieces: list[Piece] = []
        strong = 0
        for token in self._md.parseInline(text)[0].children or []:
            if token.type in ("strong_open", "strong_close"):
                strong += 1 if token.type == "strong_open" else -1
            elif token.type in ("text", "text_special"):
                pieces.append(Piece(token.content, "text", strong > 0))
            elif token.type == "softbreak":
                pieces.append(Piece("\n", "soft", strong > 0))
            elif token.type == "hardbreak":
                pieces.append(Piece("", "break"))
            elif token.type in ("tag", "reference", "symbol"):
                pieces.append(Piece(token.content, token.type, strong > 0))
            else:
                raise SourceError(f"不支持的行内写法：{token.type}", line)
        return tuple(_join_soft(pieces))


def _join_soft(pieces: list[Piece]) -> Iterator[Piece]:
    """Source lines of one paragraph join without a blank between Chinese, with one between Latin words."""
    for at, piece in enumerate(pieces):
        if piece.kind != "soft":
            if piece.text or piece.kind == "break":
                yield piece
            continue
        before = pieces[at - 1].text[-1:] if at else ""
        after = pieces[at + 1].text[:1] if at + 1 < len(pieces) else ""
        if before.isascii() and after.isascii() and before.isalnum() and after.isalnum():
            yield Piece(" ", "text", piece.strong)


def _with_content(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        yield token, following.content if following is not None and following.type == "inline" else ""


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]


def _tag_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    text = _line(state, start)
    if not _TAG_LINE.match(text):
        return False
    if not silent:
        token = state.push("tag_line", "", 0)
        token.content, token.map = text.strip(), [start, start + 1]
        state.line = start + 1
    return True


def _part(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    found = _OPENER.match(_line(state, start))
    if not found:
        return False
    if silent:
        return True
    name, where = found.group(1), int(state.env["offset"]) + start + 1
    if name not in PARTS:
        raise SourceError(f"没有名为 {name} 的部件，可用：{'、'.join(PARTS)}", where)
    stop, depth = start + 1, 1
    if name not in _ONE_LINE and not found.group(3):
        while stop < end:
            line = _line(state, stop)
            inner = _OPENER.match(line)
            depth += 1 if inner and inner.group(1) not in _ONE_LINE and not inner.group(3) else 0
            depth -= 1 if _CLOSER.match(line) else 0
            if depth == 0:
                break
            stop += 1
        if depth:
            raise SourceError(f"部件 {name} 没有用 ::: 结束", where)
    token = state.push("part", "", 0)
    token.info, token.map = name, [start, stop + 1]
    token.meta = {"options": _options(name, found.group(2), where)}
    token.content = "\n".join(_line(state, number) for number in range(start + 1, stop))
    one_line = name in _ONE_LINE or bool(found.group(3))
    state.line = stop if one_line else stop + 1
    if one_line and stop < end and _CLOSER.match(_line(state, stop)):
        state.line = stop + 1
    return True


def _options(name: str, text: str, where: int) -> dict[str, str]:
    options: dict[str, str] = {}
    rest = text
    while found := _ATTRIBUTE.match(rest):
        double, single = found.group(2), found.group(3)
        options[found.group(1)] = single if double is None else double
        rest = rest[found.end() :]
    if rest.strip():
        raise SourceError(f'部件 {name} 的选项写法有误：{rest}（写作 名称="值"）', where)
    for key in options:
        if key not in PARTS[name]:
            raise SourceError(
                f"部件 {name} 没有选项 {key}，可用：{'、'.join(sorted(PARTS[name])) or '无'}", where
            )
    return options


def _inline_tag(state: StateInline, silent: bool) -> bool:
    for pattern, kind in _INLINES:
        found = pattern.match(state.src, state.pos)
        if found:
            if not silent:
                token = state.push(kind, "", 0)
                token.content = found.group(1) if kind in ("reference", "symbol") else found.group()
            state.pos = found.end()
            return True
    return False


def _strong(state: StateInline, silent: bool) -> bool:
    """`**…**` wherever it stands: CommonMark's own rule fails beside Chinese punctuation."""
    found = _STRONG.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("strong_open", "strong", 1)
        end = state.posMax
        state.pos, state.posMax = found.start(1), found.end(1)
        state.md.inline.tokenize(state)
        state.posMax = end
        state.push("strong_close", "strong", -1)
    state.pos = found.end()
    return True
