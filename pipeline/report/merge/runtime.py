"""What merged parts are finished with: escaping, line breaks, grids. Imports nothing but the standard library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

MAX_STEPS: Final = 1_000_000
MAX_OUTPUT: Final = 100_000_000
_KEPT: Final = bytes(range(0x20, 0x100))
_FORBIDDEN: Final = re.compile("[^\x07\t\n\x0c\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS: Final = re.compile(rb"[\x07\t\n\x0c]")
_ESCAPES: Final = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b'"', b"&#34;"), (b"'", b"&#39;"))
_PARAGRAPH: Final = re.compile(rb"<w:p(?: [^>]*)?>.*?</w:p>", re.DOTALL)
_RUN: Final = re.compile(rb"<w:r(?: [^>]*)?>.*?</w:r>", re.DOTALL)
_TEXT: Final = re.compile(rb"<w:t(?: [^>]*)?>.*?</w:t>", re.DOTALL)
_LOOKS: Final = re.compile(rb"<w:rPr>.*?</w:rPr>", re.DOTALL)
_SHAPE: Final = re.compile(rb"<w:pPr>.*?</w:pPr>", re.DOTALL)
_KEEP: Final = b'<w:t xml:space="preserve">'
_NO_BREAK: Final = bytes(set(range(0x100)) - {7, 9, 10, 12})


class Beyond(Exception):
    """More loops or text than a template may make."""


def walked() -> Callable[[Any], list[Any]]:
    """A function that lets lists through, counting the steps over all of them."""
    left = [MAX_STEPS]

    def walk(items: Any) -> list[Any]:
        if not isinstance(items, (list, tuple)):
            raise TypeError("only lists are walked")
        left[0] -= len(items)
        if left[0] < 0:
            raise Beyond
        return items  # type: ignore[return-value]

    return walk


def numbers(first: int) -> Callable[[], str]:
    """A function that gives the next number of a drawing."""
    following = count(first)
    return lambda: str(next(following))


def spliced(parts: list[Any]) -> tuple[bytes, bool]:
    """Constants and values in turn become one text; tells whether any value holds a line break or tab.

    All values are escaped and encoded in one go: they are a hundredth of a report. Raises TypeError for what is no text.
    """
    values = parts[1::2]
    text = "\0".join(values)
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        encoded = b"\x01"
    odd = len(encoded.translate(None, _KEPT)) != max(len(values) - 1, 0)
    if odd or b"\xef\xbf\xbe" in encoded or b"\xef\xbf\xbf" in encoded:
        encoded = "\0".join(cleaned(value) for value in values).encode()
    for sign, written in _ESCAPES:
        if sign in encoded:
            encoded = encoded.replace(sign, written)
    if values:
        parts[1::2] = encoded.split(b"\0")
    if sum(map(len, parts)) > MAX_OUTPUT:
        raise Beyond
    return b"".join(parts), odd and _BREAKS.search(encoded) is not None


def cleaned(value: str) -> str:
    """Text without what XML cannot hold; one kind of line break."""
    return _FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def with_breaks(xml: bytes, *, nested: bool) -> bytes:
    """Line breaks, tabs, paragraph (`\\a`) and page breaks (`\\f`) of values as Word's own, as docxtpl makes them.

    `nested`: paragraphs may stand in paragraphs (text boxes), so that none can be looked at alone.
    """
    xml = _PARAGRAPH.sub(_paragraph, xml) if nested else b"".join(_paragraphs_with_breaks(xml))
    return xml.replace(b"\x07", b"").replace(b"\x0c", b"")


def _paragraphs_with_breaks(xml: bytes) -> Iterator[bytes]:
    at = 0
    while found := _BREAKS.search(xml, at):
        start = max(xml.rfind(b"<w:p>", at, found.start()), xml.rfind(b"<w:p ", at, found.start()))
        end = xml.find(b"</w:p>", found.start()) + len(b"</w:p>")
        if start < 0 or end < len(b"</w:p>") or xml.find(b"</w:p>", start, found.start()) >= 0:
            yield xml[at : found.end()]
            at = found.end()
            continue
        yield xml[at:start]
        yield _PARAGRAPH.sub(_paragraph, xml[start:end])
        at = end
    yield xml[at:]


def _paragraph(found: re.Match[bytes]) -> bytes:
    text = found.group()
    if not text.translate(None, _NO_BREAK):
        return text
    shape = _SHAPE.search(text)
    return _RUN.sub(lambda run: _run(run.group(), shape.group() if shape else b""), text)


def _run(text: bytes, shape: bytes) -> bytes:
    look = _LOOKS.search(text)
    return _TEXT.sub(lambda piece: _broken(piece.group(), look.group() if look else b"", shape), text)


def _broken(text: bytes, look: bytes, shape: bytes) -> bytes:
    end, begin = b"</w:t></w:r>", b"<w:r>" + look + _KEEP
    paragraph = end + b"</w:p><w:p>" + shape + begin
    page = end + b'</w:p><w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p>' + shape + begin
    text = text.replace(b"\t", end + b"<w:r>" + look + b"<w:tab/></w:r>" + begin).replace(b"\x07", paragraph)
    return text.replace(b"\n", b"</w:t><w:br/>" + _KEEP).replace(b"\x0c", page)
