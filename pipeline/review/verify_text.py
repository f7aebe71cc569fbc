"""What `lvbao verify` found, as text for a terminal and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from pipeline.review.document import short
from pipeline.review.faults import FAULT_WORDS, Edit, Fault
from pipeline.review.segment import piece_text
from pipeline.review.verify import Verified
from pipeline.show import printable

SCHEMA: Final = "lvbao-verify/1"
LISTED: Final = 40
_WIDTH: Final = 120


def verified_text(found: Verified, *, everything: bool = False) -> str:
    """Faults by kind, then narrative edits apart."""
    lines = [*_head(found), ""]
    for kind, words in FAULT_WORDS.items():
        mine = [f for f in found.faults if f.kind == kind]
        if mine:
            lines.append(f"【{words}】{len(mine)}")
            for fault in mine:
                lines += _fault(fault)
            lines.append("")
    lines += _edits(found, everything)
    return "\n".join(printable(line) for line in lines).rstrip() + "\n"


def _head(found: Verified) -> Iterator[str]:
    state = "就是生成报告的那一份" if found.same_workbook else "与生成报告的那一份不同"
    yield f"{found.name}：核对 {found.figures} 个数值；录入表{state}。"
    yield from (f"  说明：{note}" for note in found.notes)
    if not found.faults:
        yield "全部通过：数值与数据一致，报告前后一致。"
    else:
        yield f"问题 {len(found.faults)} 处" + (
            f"，另有文字修改 {len(found.edits)} 处（不算问题）" if found.edits else ""
        )


def _fault(fault: Fault) -> Iterator[str]:
    label = f"{fault.label}：" if fault.label else ""
    yield f"  {fault.where}"
    printed = f"报告写作 {short(fault.printed, _WIDTH)}" if fault.printed else "报告中没有"
    computed = f"，应为 {short(fault.computed, _WIDTH)}" if fault.computed else ""
    words = f"（{fault.words}）" if fault.words else ""
    yield f"      {label}{printed}{computed}{words}"


def _edits(found: Verified, everything: bool) -> Iterator[str]:
    if not found.edits:
        return
    yield f"【文字修改，予以保留】{len(found.edits)}"
    for edit in found.edits if everything else found.edits[:LISTED]:
        yield f"  [{edit.act}] {edit.where}：{edit_text(edit)}"
    if len(found.edits) > LISTED and not everything:
        yield f"  …… 另有 {len(found.edits) - LISTED} 处，加 --all 全列"


def edit_text(edit: Edit) -> str:
    """A narrative edit in words."""
    if edit.pieces:
        return "；".join(short(piece_text(p), _WIDTH) for p in edit.pieces)
    return f"「{short(edit.new or edit.old, _WIDTH)}」"


def verified_record(found: Verified) -> dict[str, Any]:
    """What was found as plain data."""
    return {
        "schema": SCHEMA,
        "report": found.name,
        "same_workbook": found.same_workbook,
        "exact_template": found.exact,
        "figures": found.figures,
        "passed": not found.faults,
        "faults": [{k: v for k, v in asdict(f).items() if v} for f in found.faults],
        "edits": [_edit(e) for e in found.edits],
        "notes": list(found.notes),
    }


def _edit(edit: Edit) -> dict[str, Any]:
    record: dict[str, Any] = {"act": edit.act, "where": edit.where, "old": edit.old, "new": edit.new}
    return record | {"pieces": [{"old": p.old, "new": p.new} for p in edit.pieces]}
