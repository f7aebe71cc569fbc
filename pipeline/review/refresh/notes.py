"""What a refreshed draft tells: what was renewed, what people wrote and was kept, what could not be renewed safely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pipeline.review.segment import delta_text

Kind = Literal["renewed", "kept", "unsafe"]
KIND_WORDS = {"renewed": "已更新", "kept": "保留手工内容", "unsafe": "没有更新，请核对"}


@dataclass(frozen=True, slots=True)
class Note:
    """One place. `where` as a reviewer would call it, `old` and `new` what stood and stands there, `why` for the rest."""

    kind: Kind
    where: str
    old: str = ""
    new: str = ""
    why: str = ""


@dataclass
class Notes:
    """The notes of one refresh in reading order; `heading` is the chapter being read."""

    found: list[Note] = field(default_factory=list)
    heading: str = ""
    title: str = ""

    def add(self, kind: Kind, what: str, old: str = "", new: str = "", why: str = "") -> None:
        """A note about something in the chapter being read."""
        where = " · ".join(p for p in (self.heading, self.title, what) if p)
        self.found.append(Note(kind, where, old, new, why))


def notes_text(notes: Sequence[Note]) -> str:
    """The notes for a terminal: what has to be looked at first."""
    counts = {kind: sum(n.kind == kind for n in notes) for kind in KIND_WORDS}
    lines = [
        "，".join(f"{KIND_WORDS[k]} {counts[k]} 处" for k in ("renewed", "kept", "unsafe") if counts[k])
        or "没有需要更新的内容"
    ]
    for kind in ("unsafe", "kept", "renewed"):
        chosen = [n for n in notes if n.kind == kind]
        if chosen:
            lines += ["", f"【{KIND_WORDS[kind]}】{len(chosen)}", *(f"  {_line(n)}" for n in chosen)]
    return "\n".join(lines) + "\n"


def _line(note: Note) -> str:
    if note.kind == "kept":
        return f"{note.where}：{note.old or note.new}"
    shown = delta_text(note.old, note.new) if note.old or note.new else ""
    return f"{note.where}：{shown}" + (f"（{note.why}）" if note.why else "")


def notes_record(notes: Sequence[Note]) -> dict[str, Any]:
    """The notes as JSON."""
    return {"schema": "lvbao-refresh/1", "notes": [asdict(n) for n in notes]}
