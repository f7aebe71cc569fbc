"""Two Chinese texts compared as a reader would: clause by clause, then word by word, never character by character.

Own segmentation and no dictionary library (jieba: 19 MB, a second to load, a cache file in the temporary folder): clauses
end at punctuation; numbers, Latin words, numbers of standards and the few words that reports judge with are kept whole;
what is left between two changes and too short to be a word goes into the change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from typing import Final

from pipeline.quantity import plain

WORDS: Final = (
    "不符合项", "部分符合", "不符合", "符合", "不适用", "待定", "待核", "待补证据", "未检出", "未填报", "未填", "达到", "未达到", "准入值", "推荐值",
    "优秀值", "基准值", "引领值", "必选", "可选", "充分", "不足", "较上年", "增长", "下降", "持平", "提高", "降低", "合格", "不合格", "证明材料", "补充",
    "材料", "证据", "要求", "满足", "不满足", "已建立", "未建立", "已认证", "未认证", "具备", "不具备", "完成", "未完成", "指标", "报告", "工厂", "企业",
    "标准", "年度", "本年", "上年", "合计", "万元", "吨", "个", "项", "人", "次", "台", "套",
)  # fmt: skip
"""Words that are never cut. Longest first when they are looked up."""
_TOKEN: Final = re.compile(
    r"[A-Za-z]+(?:/[A-Za-z]+)*\s?\d[\d.]*(?:[-—–]\d{4})?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?%?|[A-Za-z_]+|"
    + "|".join(sorted(map(re.escape, WORDS), key=lambda w: (-len(w), w)))
    + r"|\s+|.",
    re.DOTALL,
)
_CLAUSE: Final = re.compile(r"(?:[^，。；：！？、,;!?\n]|(?<=\d),(?=\d))*[，。；：！？、,;!?\n]?")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_NUMBER: Final = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?%?")
_LOOSE: Final = frozenset("的了是为在和与及由对把被将从到于中上下等其之而且也都并或")
SAME_CLAUSE: Final = 0.6
"""Clauses less alike than this are replaced as a whole."""
_WHOLE: Final = 0.5
_MAX_PAIRS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a comparison: the same in both (`old == new`), or a change; "" on one side for what is only there."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        """Whether nothing changed here."""
        return self.old == self.new


def tokens(text: str) -> list[str]:
    """Numbers, Latin words and known words whole, other characters one by one."""
    return _TOKEN.findall(text)


def clauses(text: str) -> list[str]:
    """The clauses of a text, each with the punctuation that ends it."""
    return [c for c in _CLAUSE.findall(text) if c]


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that lead from one text to the other; joined, their sides give both texts back."""
    if old == new:
        return (Piece(old, new),) if old else ()
    before, after = clauses(old), clauses(new)
    pieces: list[Piece] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("".join(before[i1:i2]), "".join(after[j1:j2])))
        else:
            pieces += _changed(before[i1:i2], after[j1:j2])
    return _trimmed(_absorbed(_merged(pieces)))


def changes(old: str, new: str) -> tuple[Piece, ...]:
    """Only the pieces that changed."""
    return tuple(p for p in compare_texts(old, new) if not p.same)


def likeness(old: str, new: str) -> float:
    """How alike two texts are: 0 … 1."""
    if old == new:
        return 1.0
    if not old or not new or min(len(old), len(new)) * 4 < max(len(old), len(new)):
        return 0.0
    matcher = SequenceMatcher(None, tokens(old), tokens(new), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > 0.3 else 0.0


def _changed(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    """Clauses in which nothing is the same as a whole: the alike ones word by word, the rest as replacements."""
    pieces: list[Piece] = []
    i = j = 0
    for a, b in _pairs(before, after):
        pieces += _replaced("".join(before[i:a]), "".join(after[j:b]))
        pieces += _words(before[a], after[b])
        i, j = a + 1, b + 1
    return pieces + _replaced("".join(before[i:]), "".join(after[j:]))


def _replaced(old: str, new: str) -> list[Piece]:
    return [Piece(old, new)] if old or new else []


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The clauses that belong together, in order, so that the sum of their likeness is greatest."""
    if len(before) * len(after) > _MAX_PAIRS:
        return []
    alike = [[s if (s := likeness(a, b)) >= SAME_CLAUSE else 0.0 for b in after] for a in before]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            pair = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    found, i, j = [], 0, 0
    while i < len(before) and j < len(after):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _words(old: str, new: str) -> list[Piece]:
    """Two alike clauses, word by word; as one replacement when more than half of both changed."""
    a, b = tokens(old), tokens(new)
    pieces = [
        Piece("".join(a[i1:i2]), "".join(b[j1:j2]))
        for _kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    ]
    joined = _absorbed(_whole_words(_merged(pieces)))
    changed = sum(len(p.old) + len(p.new) for p in joined if not p.same)
    many = sum(not p.same for p in joined) > 1
    return [Piece(old, new)] if many and changed > _WHOLE * (len(old) + len(new)) else list(joined)


def _whole_words(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """A single changed character takes the one before it along: 提[高→升] becomes [提高→提升]."""
    made = list(pieces)
    for at, piece in enumerate(made):
        if piece.same or len(piece.old) != 1 or len(piece.new) != 1 or not _HAN.match(piece.old + piece.new):
            continue
        before = made[at - 1].old if at and made[at - 1].same else ""
        after = made[at + 1].old if at + 1 < len(made) and made[at + 1].same else ""
        if before and _HAN.match(before[-1]) and before[-1] not in _LOOSE:
            made[at - 1] = Piece(before[:-1], before[:-1])
            made[at] = Piece(before[-1] + piece.old, before[-1] + piece.new)
        elif after and _HAN.match(after[0]) and after[0] not in _LOOSE:
            made[at + 1] = Piece(after[1:], after[1:])
            made[at] = Piece(piece.old + after[0], piece.new + after[0])
    return _merged(made)


def _absorbed(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Islands between two changes that are no word go into the change, unless they part two numbers."""
    made = list(pieces)
    at = 1
    while at < len(made) - 1:
        left, island, right = made[at - 1], made[at], made[at + 1]
        if island.same and not left.same and not right.same and _is_islet(left, island.old, right):
            made[at - 1 : at + 2] = [
                Piece(left.old + island.old + right.old, left.new + island.new + right.new)
            ]
        else:
            at += 1
    return _merged(made)


def _is_islet(left: Piece, island: str, right: Piece) -> bool:
    if is_number_change(left) and is_number_change(right):
        return False
    if re.search(r"[\n。]", island):
        return False
    return len(_HAN.findall(island)) < 2 and not re.search(r"\w{2}", _HAN.sub("", island))


def _merged(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one kind as one, empty ones gone."""
    made: list[Piece] = []
    for piece in pieces:
        if not piece.old and not piece.new:
            continue
        if (
            made
            and made[-1].same == piece.same
            and not (is_number_change(made[-1]) or is_number_change(piece))
        ):
            made[-1] = Piece(made[-1].old + piece.old, made[-1].new + piece.new)
        else:
            made.append(piece)
    return tuple(made)


def _trimmed(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The punctuation and blanks that both sides of a change begin or end with are no part of it."""
    made: list[Piece] = []
    for piece in pieces:
        if piece.same:
            made.append(piece)
            continue
        old, new, head, tail = piece.old, piece.new, "", ""
        while old and new and old[-1] == new[-1] and not old[-1].isalnum() and old[-1] not in "%‰℃°":
            old, new, tail = old[:-1], new[:-1], old[-1] + tail
        while old and new and old[0] == new[0] and not old[0].isalnum():
            old, new, head = old[1:], new[1:], head + old[0]
        made += [Piece(head, head), Piece(old, new), Piece(tail, tail)]
    return _merged(made)


# -- numbers ---------------------------------------------------------------------------------------------------
def is_number_change(piece: Piece) -> bool:
    """Whether a piece is one number that became another."""
    return not piece.same and bool(_NUMBER.fullmatch(piece.old) and _NUMBER.fullmatch(piece.new))


def number_of(text: str) -> Decimal | None:
    """The number that a text is, None for anything else."""
    try:
        return Decimal(text.strip().replace(",", "").replace("−", "-").rstrip("%"))
    except InvalidOperation:
        return None


def delta_text(old: str, new: str) -> str:
    """`83.2 → 84.0 (+0.8)`; without the difference where one side is no number."""
    before, after = old or "（无）", new or "（无）"
    a, b = number_of(old), number_of(new)
    if a is None or b is None or not (a.is_finite() and b.is_finite()):
        return f"{before} → {after}"
    difference = b - a
    percent = " 个百分点" if old.strip().endswith("%") and new.strip().endswith("%") else ""
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    return f"{before} → {after} ({sign}{plain(abs(difference))}{percent})"


def piece_text(piece: Piece) -> str:
    """A change in words: 「旧」→「新」, numbers with their difference."""
    if is_number_change(piece):
        return delta_text(piece.old, piece.new)
    if not piece.old:
        return f"增加「{piece.new}」"
    return f"删去「{piece.old}」" if not piece.new else f"「{piece.old}」→「{piece.new}」"
