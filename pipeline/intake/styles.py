"""The looks of the intake workbook: one cell format a purpose, colours in one place."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from pipeline.findings import Severity
from pipeline.standard.types import Field

REQUIRED_COLOUR = "#FFE699"
CONDITIONAL_COLOUR = "#FFF7E0"
IDLE_COLOUR = "#E7E6E6"
HEADER_COLOUR = "#DCEBE1"
LABEL_COLOUR = "#F4F7F5"
ACCENT_COLOUR = "#1F5F3F"
BORDER_COLOUR = "#A6A6A6"
SEVERITY_COLOURS = {
    Severity.ERROR: "#FF9B9B",
    Severity.WARNING: "#FFC24D",
    Severity.NOTE: "#9DC3E6",
    Severity.EXPLAINED: "#C6E0B4",
}
FONT = "宋体"

_CELL: dict[str, Any] = {"border": 1, "border_color": BORDER_COLOUR, "text_wrap": True}
_PURPOSES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": ACCENT_COLOUR},
    "table_title": {"bold": True, "font_size": 12, "font_color": ACCENT_COLOUR},
    "intro": {"text_wrap": True, "font_color": "#595959", "valign": "top"},
    "text": {"text_wrap": True, "indent": 1},
    "mark": {"align": "right"},
    "heading": {"bold": True, "font_size": 12, "font_color": ACCENT_COLOUR},
    "header": {**_CELL, "bold": True, "bg_color": HEADER_COLOUR, "align": "center"},
    "header_required": {**_CELL, "bold": True, "bg_color": REQUIRED_COLOUR, "align": "center"},
    "number": {**_CELL, "bg_color": LABEL_COLOUR, "align": "center", "font_color": "#7F7F7F"},
    "label": {**_CELL, "indent": 1, "bg_color": LABEL_COLOUR},
    "unit": {**_CELL, "bg_color": LABEL_COLOUR, "align": "center"},
    "help": {**_CELL, "indent": 1, "bg_color": LABEL_COLOUR, "font_color": "#595959"},
    "fixed": {**_CELL, "indent": 1, "bg_color": LABEL_COLOUR},
    "fixed_centre": {**_CELL, "bg_color": LABEL_COLOUR, "align": "center"},
    "computed": {**_CELL, "bg_color": IDLE_COLOUR, "font_color": "#7F7F7F", "align": "center"},
    "idle": {**_CELL, "bg_color": IDLE_COLOUR},
    "plain": {**_CELL, "indent": 1},
    "count": {**_CELL, "align": "center"},
    "link": {**_CELL, "indent": 1, "font_color": "#0563C1", "underline": 1},
    "open": {"locked": False},
    "required_sample": {**_CELL, "bg_color": REQUIRED_COLOUR},
    "conditional_sample": {**_CELL, "bg_color": CONDITIONAL_COLOUR},
    "hidden": {},
}
_NUMBER_FORMATS = {"date": "yyyy-mm-dd", "year": "0"}
_AS_TEXT = ("text", "month")
_CENTRED = ("year", "date", "month", "yes_no")


class Styles:
    """The formats of one workbook, made when first used."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}
        self._properties: dict[Format, tuple[str, dict[str, Any]]] = {}

    def of(self, purpose: str) -> Format:
        """The format of a purpose; KeyError for an unknown one."""
        return self._format(purpose, _PURPOSES[purpose])

    def answer(self, field: Field) -> Format:
        """The format of an unlocked cell for the field's type.

        Short texts are kept as typed (leading zeros, 18 digits); long texts are not given the text format, in which
        older programs show more than 255 characters as ####.
        """
        kind = f"answer {field.type}"
        properties: dict[str, Any] = {**_CELL, "locked": False}
        if field.type in _AS_TEXT:
            properties["num_format"] = "@"
        elif field.type in _NUMBER_FORMATS:
            properties["num_format"] = _NUMBER_FORMATS[field.type]
        if field.type in _CENTRED:
            properties["align"] = "center"
        else:
            properties |= {"indent": 1, "align": "right" if field.is_number else "left"}
        return self._format(kind, properties)

    def fill(self, colour: str) -> Format:
        """A conditional format's background."""
        return self._format(f"fill {colour}", {"bg_color": colour}, conditional=True)

    def variant(self, style: Format, **changed: Any) -> Format:
        """The format with some properties changed."""
        name, properties = self._properties[style]
        marks = ",".join(f"{key}={value}" for key, value in sorted(changed.items()))
        return self._format(f"{name} {marks}", {**properties, **changed})

    def number_format(self, style: Format) -> str:
        """The number format of a format; "" for the general one."""
        return str(self._properties[style][1].get("num_format", ""))

    def _format(self, name: str, properties: dict[str, Any], conditional: bool = False) -> Format:
        if name not in self._made:
            base = {} if conditional else {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            self._made[name] = self._book.add_format({**base, **properties})
            self._properties[self._made[name]] = (name, properties)
        return self._made[name]
