"""How values read in a report: numbers, dates, blanks, levels, changes. Nothing here decides; it only says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pipeline.calc.trace import IndicatorValue
from pipeline.formula.values import Num, Outcome
from pipeline.quantity import Missing, NoSolution, NotApplicable, NotDetected, Value, fixed, plain
from pipeline.report.marks import compose, figure, joined
from pipeline.report.tagging import indicator_figure
from pipeline.standard.types import Field, Indicator, Standard

NOT_FILLED = "未填"
NOTHING = "—"
_ENDS = "。！？；：…”’）)】》.!?;:"
_REFUSALS = {"cell_error": "公式出错", "formula_without_result": "公式没有结果"}
_DIGITS = "〇一二三四五六七八九"


def date_text(date: dt.date) -> str:
    """2025年3月1日."""
    return f"{date.year}年{date.month}月{date.day}日"


def date_short(date: dt.date) -> str:
    """2025-03-01, as in the narrow columns of tables (GB/T 7408)."""
    return date.isoformat()


def date_upper(date: dt.date) -> str:
    """二〇二五年三月一日, as formal covers print it."""
    year = "".join(_DIGITS[int(d)] for d in str(date.year))
    return f"{year}年{_upper_number(date.month)}月{_upper_number(date.day)}日"


def _upper_number(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def gap(label: str, *, refused: str = "") -> str:
    """The mark of a required value that is not there, or in the words `refused` of one that could not be read; appears
    in drafts only."""
    return f"【{refused or NOT_FILLED}：{label}】"


def refusal(code: str) -> str:
    """What kind of nothing a cell holds whose content was refused with the finding `code`."""
    return _REFUSALS.get(code, "填写有误")


def chemical(text: str) -> str:
    """The text of a unit or formula with the index of carbon dioxide set low: tCO2/t → tCO₂/t."""
    return text.replace("CO2", "CO₂")


def unit_name(unit: str | None) -> str:
    """The unit by itself, as in a column of units; nothing for pure numbers."""
    return "" if not unit or unit == "1" else chemical(unit)


def unit_text(unit: str | None) -> str:
    """The unit as it follows a number: `%` close up, others after a blank, nothing for pure numbers."""
    name = unit_name(unit)
    return name if name in ("", "%", "‰") else f" {name}"


def value_text(
    value: Value, field: Field, *, in_table: bool = False, asked: bool = True, refused: str = ""
) -> str:
    """A fact as a report prints it; the kinds of nothing stay apart.

    `asked`: its condition holds; `refused`: how something is called that stands in the cell and could not be read.
    """
    if isinstance(value, Missing):
        if refused:
            return gap(field.label, refused=refused)
        if not asked:
            return NOTHING
        if field.required:
            return gap(field.label)
        return NOTHING if in_table else NOT_FILLED
    if isinstance(value, NotApplicable):
        return "不适用" if in_table or not value.reason else f"不适用（{value.reason}）"
    if isinstance(value, NotDetected):
        return "未检出" if value.limit is None else f"未检出（<{plain(value.limit)}）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return plain(value) if field.decimals is None else fixed(value, field.decimals)
    if isinstance(value, dt.date):
        return date_short(value) if in_table else date_text(value)
    if isinstance(value, str) and field.type == "long_text" and not in_table:
        return closed(value)
    return "、".join(value) if isinstance(value, tuple) else value


def outcome_text(outcome: Outcome | None, decimals: int) -> str:
    """A computed value as a table prints it; — where there is none, 无解 or 多解 where that is the answer."""
    if isinstance(outcome, Num):
        return fixed(outcome.value, decimals)
    if isinstance(outcome, NoSolution):
        return outcome.word
    if isinstance(outcome, bool):
        return "是" if outcome else "否"
    if isinstance(outcome, dt.date):
        return date_short(outcome)
    return outcome if isinstance(outcome, str) else NOTHING


def closed(text: str) -> str:
    """Whole sentences with their last full stop, which people tend to forget at the end of a box."""
    bare = text.rstrip()
    return text if not bare or bare[-1] in _ENDS else joined((bare, "。"))


def numbers_text(numbers: Sequence[str]) -> str:
    """E01；E02: numbers of evidence and rows. At 、 and ， LibreOffice breaks lines within a number: E0 / 1、E02."""
    return "；".join(numbers)


def change_text(now: object, before: object, key: str = "", label: str = "", unit: str | None = None) -> str:
    """`较上年增长 3.2%`, a figure of `key`; of shares `较上年提高 0.2 个百分点`, since a per cent of a per cent is read as
    either. Empty when a value is unknown or last year's was zero."""
    if not isinstance(now, Decimal) or not isinstance(before, Decimal) or before == 0:
        return ""
    is_share = unit == "%"
    change = now - before if is_share else (now - before) / abs(before) * 100
    text = "与上年持平"
    if abs(change) >= Decimal("0.05"):
        ways, measure = (("提高", "下降"), " 个百分点") if is_share else (("增长", "下降"), "%")
        text = f"较上年{ways[change < 0]} {fixed(abs(change), 1)}{measure}"
    return figure(text, f"chg:{key}", f"{label}较上年变化")


def sign(direction: str) -> str:
    """≥ for more is better, ≤ for less is better."""
    return "≥" if direction == "higher" else "≤"


def number_text(value: IndicatorValue, indicator: Indicator) -> str:
    """The rounded value, or the words of its blank. What is judged keeps its declared places, totals lose idle zeros."""
    if value.number is not None:
        return fixed(value.number, indicator.decimals) if indicator.thresholds else plain(value.number)
    if isinstance(value.value, NotApplicable):
        return "不适用"
    return f"【无法计算：{value.label}】"


def number_figure(
    standard: Standard, indicator: Indicator, value: IndicatorValue, years_back: int = 0
) -> str:
    """`number_text`, a figure unless it is a blank."""
    text = number_text(value, indicator)
    if value.number is None:
        return text
    return indicator_figure(standard, indicator, text, years_back=years_back)


def level_words(standard: Standard, indicator: Indicator, level: str | None) -> str:
    """达到优秀值 / 未达到准入值; empty when nothing is judged."""
    levels = standard.indicators.levels
    if level is None or not levels:
        return ""
    text = f"未达到{next(iter(levels.values()))}" if level == "below" else f"达到{levels[level]}"
    return figure(text, f"l:{indicator.id}", f"{indicator.label}达到等级")


def limit_text(standard: Standard, indicator: Indicator, level: str, limit: Decimal) -> str:
    """`≥0.60`, with the digits that the source prints; the number is a figure."""
    label = f"{indicator.label}{standard.indicators.levels.get(level, level)}"
    return compose(
        "{}{}", sign(indicator.direction), figure(format(limit, "f"), f"lim:{indicator.id}/{level}", label)
    )


def limits_text(
    standard: Standard, indicator: Indicator, limits: Mapping[str, Decimal], measure: str = ""
) -> str:
    """`准入值≥0.60，推荐值≥0.72，优秀值≥1.20`, or the words that the pack gives instead; `measure` is the unit as it
    follows a number, where no column of units stands beside."""
    if indicator.thresholds is not None and indicator.thresholds.words:
        return indicator.thresholds.words
    words = standard.indicators.levels
    return joined(
        (
            compose("{}{}{}", words[k], limit_text(standard, indicator, k, limits[k]), measure)
            for k in words
            if k in limits
        ),
        "，",
    )


def indicator_sentence(standard: Standard, indicator: Indicator, value: IndicatorValue) -> str:
    """One whole sentence: value, level reached, the limit that decided."""
    label = indicator.label
    if isinstance(value.value, NotApplicable):
        reason = value.value.reason or "本企业不涉及"
        return f"{label}不适用：{reason.rstrip('。')}。"
    if value.number is None:
        causes = "、".join(value.trace.causes) or "有关数据"
        return f"【{label}无法计算，缺少：{causes}】"
    text = compose("{}为 {}{}", label, number_figure(standard, indicator, value), unit_text(indicator.unit))
    basis = value.trace.level
    if basis is None or (indicator.thresholds is not None and indicator.thresholds.words):
        return compose("{}。", text)
    words = level_words(standard, indicator, basis.level)
    if basis.worst_of:
        return compose("{}；按不同工艺分别评价，取其中较低的水平，{}。", text, words)
    lowest = next(iter(standard.indicators.levels))
    level = lowest if basis.level == "below" else basis.level
    limit = basis.limits.get(level)
    if limit is None:
        return compose("{}，{}。", text, words)
    shown = limit_text(standard, indicator, level, limit)
    return compose("{}，{}（{}{}）。", text, words, shown, unit_text(indicator.unit))
