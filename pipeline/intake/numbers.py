"""One grammar for numbers as people write them: `1,234.5`, `１２３`, `12 %`, `3.2万`, `5吨`, and what is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.intake.words import clean, folded
from pipeline.quantity import PRECISION
from pipeline.standard.types import Field
from pipeline.units import ONE, PERCENT, Unit, UnknownUnit, unit

_SIGNS: Final = str.maketrans({"−": "-", "–": "-", "﹣": "-", "➖": "-", "＋": "+", "٬": ",", "’": "'"})
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+"
)
_LARGEST_EXPONENT: Final = 18
_APPROXIMATE = re.compile(r"大约|大概|左右|以上|以下|将近|接近|不足|超过|多于|少于|约|近|[≈~<>≤≥?？]")
_MAGNITUDES: Final[Mapping[str, Decimal]] = {
    "万": Decimal(10_000),
    "亿": Decimal(100_000_000),
    "千": Decimal(1000),
    "百": Decimal(100),
    "百万": Decimal(1_000_000),
}
_CHANGES_SIGN: Final = ("(", "-", "—", "负")
_CHANGES_SIZE = re.compile(r"[万亿千百十%‰]")
UNIT_WORDS: Final[Mapping[str, str]] = {
    "吨": "t", "万吨": "万t", "千克": "kg", "公斤": "kg", "克": "g", "毫克": "mg", "度": "kWh", "千瓦时": "kWh", "万千瓦时": "万kWh",
    "万度": "万kWh", "兆瓦时": "MWh", "平方米": "m²", "平米": "m²", "㎡": "m²", "立方米": "m³", "立方": "m³", "方": "m³", "万立方米": "万m³",
    "吨标准煤": "tce", "吨标煤": "tce", "千克标准煤": "kgce", "升": "L", "毫升": "mL", "小时": "h", "千瓦": "kW", "兆焦": "MJ", "吉焦": "GJ",
    "米": "m", "毫克/立方米": "mg/m³", "毫克/升": "mg/L", "勒克斯": "lx", "分贝": "dB(A)",
}  # fmt: skip
"""Units in words, as people write them, and the spelling that lvbao knows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The unit that a number is asked in, as people see it; None where nobody has said it yet. `measure` is None where it
    is no unit that lvbao can convert (桶): then only the same word is the same unit."""

    text: str | None
    measure: Unit | None


@dataclass(frozen=True, slots=True)
class Number:
    """An accepted number, already in the unit that is asked."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class NoNumber:
    """A refused text: the code of the finding and, where there is one, the reading that we would propose."""

    code: str
    proposal: Decimal | None = None


def asked_in(field: Field, named: str = "") -> Asked:
    """The unit that the field is asked in: the declared one, or the one that its row names."""
    word = clean(named)
    if field.unit_from is not None:
        return Asked(None, None) if same_unit(word, None) else Asked(word, known_unit(word))
    if field.unit is None:  # it stands somewhere else; a bare count has none
        return Asked("1", ONE) if field.type == "integer" else Asked(None, None)
    return Asked(field.unit, field.measure)


def parse_number(text: str, asked: Asked) -> Number | NoNumber:
    """The number that the text says in the unit that is asked, or why it is refused."""
    plain_text = unicodedata.normalize("NFKC", clean(text)).translate(_SIGNS)
    plain_text = re.sub(r"\s+", " ", plain_text)
    match = _NUMBER.match(plain_text)
    if match is None:
        return NoNumber("not_a_number", _proposal(plain_text, asked))
    accepted = in_reason(_decimal(match.group()))
    if isinstance(accepted, NoNumber):
        return accepted
    value = accepted.value
    rest = plain_text[match.end() :].strip()
    if not rest:
        return Number(value)
    if _APPROXIMATE.search(rest):
        return NoNumber("not_a_number", _proposal(plain_text, asked))
    return _with_rest(value, rest, asked)


def in_reason(value: Decimal) -> Number | NoNumber:
    """The number, unless no quantity that is asked for can be of its size (`1e999`, a row of 500 digits)."""
    fits = value == 0 or (
        abs(value.adjusted()) <= _LARGEST_EXPONENT and len(value.as_tuple().digits) <= PRECISION
    )
    return Number(value) if fits else NoNumber("not_a_number")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace(" ", ""))


def _with_rest(value: Decimal, rest: str, asked: Asked) -> Number | NoNumber:
    """A number followed by a unit, a magnitude or something else."""
    if _is_asked(rest, asked):
        return Number(value)
    magnitude = _MAGNITUDES.get(rest)
    if magnitude is not None:
        return _scaled(value, magnitude, asked)
    other = known_unit(rest)
    if other is not None:
        return _in_other_unit(value, other, asked)
    magnitude, inner = _MAGNITUDES.get(rest[:1]), rest[1:]
    if magnitude is not None and _is_asked(inner, asked):
        return NoNumber("other_unit", value * magnitude)
    named = known_unit(inner)
    if magnitude is not None and named is not None and _convertible(named, asked):
        return _in_other_unit(value * magnitude, named, asked)
    joined = f"{value}{rest}" if "。" in rest else f"{value} {rest}"
    return NoNumber("not_a_number", _proposal(joined, asked))


def _in_other_unit(value: Decimal, other: Unit, asked: Asked) -> NoNumber:
    """A number with another unit than the one that is asked, with what it would be in that; no proposal where that cannot
    be known."""
    if asked.text is None:
        return NoNumber("not_a_number")
    code = "percent_unexpected" if other.text == "%" else "other_unit"
    if asked.measure is not None and other.same_kind(asked.measure):
        return NoNumber(code, value * other.factor_to(asked.measure))
    if asked.text == "1":
        return NoNumber("percent_unexpected" if other.text == "%" else "not_a_number", value)
    return NoNumber(code)


def _convertible(other: Unit, asked: Asked) -> bool:
    return asked.measure is not None and other.same_kind(asked.measure)


def _is_asked(text: str, asked: Asked) -> bool:
    """Whether the text names the unit that is asked."""
    if asked.text is None or not text:
        return False
    return folded(text) == folded(asked.text) or (asked.measure is not None and same_unit(text, asked.text))


def _scaled(value: Decimal, magnitude: Decimal, asked: Asked) -> Number | NoNumber:
    """`3.2万` is 32000, but not where the unit is itself 万… or a ratio, or is not known: there it may mean either."""
    declared = asked.text
    is_ratio = declared != "1" and asked.measure is not None and asked.measure.is_ratio
    if declared is None or declared[:1] in ("万", "亿") or is_ratio:
        return NoNumber("not_a_number")
    return Number(value * magnitude)


def percent_number(value: Decimal, asked: Asked) -> Number | NoNumber:
    """A cell with a per-cent format: 0.12 is shown as 12 %."""
    if asked.text is None:
        return NoNumber("not_a_number")
    if asked.measure is not None and asked.text in ("%", "‰"):
        return Number(value * PERCENT.factor_to(asked.measure) * 100)
    return NoNumber("percent_unexpected", value if asked.text == "1" else None)


def _proposal(text: str, asked: Asked) -> Decimal | None:
    """The one number in a text such as `约6138`, `12。5` or `约3.2万`, in the unit that is asked; None when there are several
    or none, or when what stands beside it may change it."""
    without = _APPROXIMATE.sub("|", text).replace("。", ".").strip()
    found = list(_NUMBER.finditer(without))
    if len(found) != 1:
        return None
    before, after = without[: found[0].start()], without[found[0].end() :].strip("| ")
    if re.search(r"\d", before + after) or before.rstrip().endswith(_CHANGES_SIGN):
        return None
    value = _decimal(found[0].group())
    if known_unit(after) is not None or after in _MAGNITUDES:
        read = _with_rest(value, after, asked)
        return read.value if isinstance(read, Number) else read.proposal
    return None if _CHANGES_SIZE.search(after) else value


def known_unit(text: str) -> Unit | None:
    """The unit that a text names, in symbols or in words."""
    compact = folded(text)
    for words, symbol in UNIT_WORDS.items():
        if folded(words) == compact:
            return unit(symbol)
    for candidate in (
        "".join(clean(text).split()),
        "".join(unicodedata.normalize("NFKC", clean(text)).split()),
    ):
        try:
            return unit(candidate)
        except UnknownUnit:
            continue
    return None


def same_unit(text: str, declared: str | None) -> bool:
    """Whether the text names the declared unit, in whatever spelling."""
    if declared is None or declared == "1":
        return folded(text) in ("", "1", "/", "-", "—", "无", "无量纲")
    if folded(text) == folded(declared):
        return True
    named = known_unit(text)
    return named is not None and named == known_unit(declared)
