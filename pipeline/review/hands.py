"""What people did to a report after it was made: told by its own digests and by what its figures were printed as."""

from __future__ import annotations

from pipeline.report.reading import Line, Span, digest, normal
from pipeline.review.document import Document


def is_own(document: Document, line: Line) -> bool:
    """Whether a text stands as it was made; True for empty texts, and for reports that carry no digests."""
    masked = line.masked
    return not masked or not document.texts or digest(masked) in document.texts


def was_made(document: Document, line: Line) -> bool:
    """Whether a report was made with this text in it, wherever it is now."""
    return bool(line.masked) and digest(line.masked) in document.texts


def printed(document: Document, span: Span) -> tuple[str, ...]:
    """What a figure was printed as when the report was made."""
    entry = document.trace.entries.get(span.tag)
    return () if entry is None else tuple(normal(text) for text in entry.printed)


def typed_over(document: Document, line: Line, span: Span) -> bool:
    """Whether the text of a figure is none of those it was printed as."""
    known = printed(document, span)
    return bool(known) and normal(line.shown(span)) not in known
