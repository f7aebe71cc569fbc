"""Dates, years and months as people write them. Ambiguous ones are refused with the reading we would propose."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.intake.words import clean
from pipeline.intake.workbook import Cell

FIRST_YEAR, LAST_YEAR = 1900, 2100
_EPOCH: Final = dt.date(1899, 12, 30)
_DATE = re.compile(
    r"(\d{4})\s*(?:年|[-./])\s*(\d{1,2})\s*(?:月|[-./])\s*(\d{1,2})\s*[日号]?(?:[ T]0{1,2}:00(?::00)?)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_DATE = re.compile(r"(\d{2})\s*[年\-./]\s*(\d{1,2})\s*[月\-./]\s*(\d{1,2})\s*[日号]?")
_MONTH = re.compile(r"(\d{4})\s*(?:年|[-./])\s*(\d{1,2})\s*月?(?:份)?")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_YEAR = re.compile(r"(\d{4})\s*(?:年度?)?")
_SHORT_YEAR = re.compile(r"(\d{2})\s*年度?")


@dataclass(frozen=True, slots=True)
class Read:
    """An accepted value: a date, `YYYY-MM` or a year. `exact` tells that it was written as we ask for it."""

    value: dt.date | str | Decimal
    exact: bool


@dataclass(frozen=True, slots=True)
class NotRead:
    """A refused one with our proposal, "" for none."""

    proposal: str = ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", clean(text))


def _as_date(cell: Cell) -> dt.date | None:
    if not isinstance(cell.value, dt.date):
        return None
    return cell.value.date() if isinstance(cell.value, dt.datetime) else cell.value


def _text(cell: Cell) -> str:
    if isinstance(cell.value, Decimal):
        # 2024.10 entered as a number is stored as 2024.1: a fraction is never read as a month
        return str(int(cell.value)) if cell.value == int(cell.value) else ""
    return _plain(str(cell.value))


def _made(year: str, month: str, day: str) -> dt.date | None:
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return date if FIRST_YEAR <= date.year <= LAST_YEAR else None


def parse_date(cell: Cell) -> Read | NotRead:
    """The date that a cell says."""
    stored = _as_date(cell)
    if stored is not None:
        in_range = FIRST_YEAR <= stored.year <= LAST_YEAR
        return Read(stored, not isinstance(cell.value, dt.datetime)) if in_range else NotRead()
    text = _text(cell)
    for pattern in (_DATE, _COMPACT_DATE):
        match = pattern.fullmatch(text)
        if match:
            date = _made(*match.groups())
            return Read(date, date.isoformat() == cell.value) if date else NotRead()
    return NotRead(_date_proposal(cell, text))


def _date_proposal(cell: Cell, text: str) -> str:
    short = _SHORT_DATE.fullmatch(text)
    if short:
        date = _made("20" + short.group(1), short.group(2), short.group(3))
        return date.isoformat() if date else ""
    if isinstance(cell.value, Decimal) and 20_000 <= cell.value <= 73_050:
        return (_EPOCH + dt.timedelta(days=int(cell.value))).isoformat()
    return ""


def parse_year(cell: Cell) -> Read | NotRead:
    """The year that a cell says, as a whole decimal."""
    stored = _as_date(cell)
    if stored is not None:
        if stored.year >= 1950:
            return Read(Decimal(stored.year), False)
        return NotRead(
            str((stored - _EPOCH).days)
        )  # 2024 in a cell with a date format is shown as 1905-07-16
    text = _text(cell)
    match = _YEAR.fullmatch(text)
    if match and FIRST_YEAR <= int(match.group(1)) <= LAST_YEAR:
        return Read(Decimal(match.group(1)), isinstance(cell.value, Decimal))
    short = _SHORT_YEAR.fullmatch(text)
    longer = _DATE.fullmatch(text) or _MONTH.fullmatch(text)
    return NotRead("20" + short.group(1) if short else longer.group(1) if longer else "")


def parse_month(cell: Cell) -> Read | NotRead:
    """The month that a cell says, as `YYYY-MM`."""
    stored = _as_date(cell)
    if stored is not None:
        return Read(f"{stored.year:04d}-{stored.month:02d}", False) if stored.year >= 1950 else NotRead()
    text = _text(cell)
    for pattern in (_MONTH, _COMPACT_MONTH):
        match = pattern.fullmatch(text)
        if match and _made(match.group(1), match.group(2), "1"):
            month = f"{match.group(1)}-{int(match.group(2)):02d}"
            return Read(month, month == cell.value)
    longer = _DATE.fullmatch(text)
    return NotRead(f"{longer.group(1)}-{int(longer.group(2)):02d}" if longer else "")
