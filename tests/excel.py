"""A filled workbook in the hands of a person: cells found by their labels, edited in the file itself as Excel does.

Only the sheet that is touched is parsed; validations, formulas and stored results of all others stay as they were
written. Nothing of the production reader is used here: it is what is being tested.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from lxml import etree

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_N: Final = f"{{{MAIN}}}"
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class Formula:
    """A formula with its stored result; None: a program wrote it and never computed it."""

    text: str
    result: float | None = None


@dataclass(frozen=True)
class Wrong:
    """An error value such as `#DIV/0!`."""

    code: str


@dataclass(frozen=True)
class Shown:
    """A number in a cell with that number format (0.43 with `0.0%`)."""

    number: float
    format: str


Content = str | int | float | Decimal | Formula | Wrong | Shown | None
Address = tuple[str, str]
"""Sheet and cell."""


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def split(address: str) -> tuple[int, int]:
    """(row, column) of `D14`, both from 1."""
    match = _ADDRESS.fullmatch(address)
    assert match is not None, address
    return int(match[2]), _column(match[1])


def joined(row: int, column: int) -> str:
    """`D14` for (14, 4)."""
    return f"{_letters(column)}{row}"


class Excel:
    """One open workbook. Changes are kept in memory until `save`."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {i.filename: archive.read(i) for i in archive.infolist()}
        strings = etree.fromstring(self.parts["xl/sharedStrings.xml"])
        self._strings = ["".join(t.text or "" for t in s.iter(f"{_N}t")) for s in strings]
        self._trees: dict[str, etree._Element] = {}
        self._texts: dict[str, dict[tuple[int, int], str]] = {}

    def copy(self) -> Excel:
        """The same workbook, to be changed alone."""
        twin = object.__new__(Excel)
        twin.parts, twin._strings = dict(self.parts), self._strings
        twin._trees, twin._texts = {}, dict(self._texts)
        return twin

    def save(self, path: Path) -> Path:
        """Writes the file."""
        for part, tree in self._trees.items():
            self.parts[part] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return path

    # -- parts ----------------------------------------------------------------------------------------------
    def _tree(self, part: str) -> etree._Element:
        if part not in self._trees:
            self._trees[part] = etree.fromstring(self.parts[part])
        return self._trees[part]

    def _sheets(self) -> Iterator[etree._Element]:
        return self._tree("xl/workbook.xml").iter(f"{_N}sheet")

    def _part(self, sheet: str) -> str:
        relation = next(s.get(_RELATION) for s in self._sheets() if s.get("name") == sheet)
        relations = etree.fromstring(self.parts["xl/_rels/workbook.xml.rels"])
        target = next(r.get("Target") for r in relations if r.get("Id") == relation)
        assert target is not None
        return f"xl/{target}"

    def texts(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """Every text of a sheet by (row, column), from 1."""
        if sheet not in self._texts:
            found = {}
            for cell in self._tree(self._part(sheet)).iter(f"{_N}c"):
                value = cell.find(f"{_N}v")
                if cell.get("t") == "s" and value is not None:
                    found[split(str(cell.get("r")))] = self._strings[int(value.text or 0)]
            self._texts[sheet] = found
        return self._texts[sheet]

    # -- places by their labels -----------------------------------------------------------------------------
    def find(self, sheet: str, text: str, below: int = 0) -> tuple[int, int]:
        """The first cell below a row that holds this text, or this text and a unit in brackets."""
        for (row, column), found in sorted(self.texts(sheet).items()):
            if row > below and (found == text or found.startswith(f"{text}（")):
                return row, column
        raise LookupError(f"{sheet}: {text}")

    def field(self, sheet: str, label: str, heading: str = "填报值") -> str:
        """The answer of a field (or its 单位, 上一年, 前年, 备注)."""
        header, label_column = self.find(sheet, "填报项")
        row = next(r for (r, c), t in sorted(self.texts(sheet).items()) if c == label_column and t == label)
        column = next(
            c for (r, c), t in sorted(self.texts(sheet).items()) if r == header and t.startswith(heading)
        )
        return joined(row, column)

    def label(self, sheet: str, label: str) -> str:
        """The label of a field itself."""
        return self.field(sheet, label, "填报项")

    def header(self, sheet: str, table: str, column: str) -> str:
        """The heading of a table's column."""
        title, _ = self.find(sheet, table)
        row, _ = self.find(sheet, "行", title)
        return joined(row, next(c for (r, c), t in sorted(self.texts(sheet).items())
                                if r == row and (t == column or t.startswith(f"{column}（"))))  # fmt: skip

    def entry(self, sheet: str, table: str, column: str, row: int) -> str:
        """A cell of the table's n-th row."""
        header, place = split(self.header(sheet, table, column))
        return joined(header + row, place)

    def verdict(self, criterion: str, column: str = "自评结论") -> str:
        """A cell of a criterion's row in the score table."""
        sheet = "自评价表"
        row, _ = self.find(sheet, criterion)
        _, place = self.find(sheet, column)
        return joined(row, place)

    # -- what people do -------------------------------------------------------------------------------------
    def put(self, sheet: str, address: str, content: Content) -> None:
        """Types something into a cell; None empties it. The cell keeps its style."""
        cell = self._cell(sheet, address)
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        match content:
            case None:
                return
            case str():
                cell.set("t", "inlineStr")
                text = etree.SubElement(etree.SubElement(cell, f"{_N}is"), f"{_N}t")
                text.set(_SPACE, "preserve")
                text.text = content
            case Formula(formula, result):
                etree.SubElement(cell, f"{_N}f").text = formula
                if result is not None:
                    etree.SubElement(cell, f"{_N}v").text = repr(result)
            case Wrong(code):
                cell.set("t", "e")
                etree.SubElement(cell, f"{_N}v").text = code
            case Shown(number, format_code):
                cell.set("s", str(self._style(format_code)))
                etree.SubElement(cell, f"{_N}v").text = repr(number)
            case _:
                etree.SubElement(cell, f"{_N}v").text = str(content)

    def content(self, sheet: str, address: str) -> Content:
        """The text or number that stands in a cell."""
        cell = self._cell(sheet, address)
        value = cell.find(f"{_N}v")
        if value is None or value.text is None:
            return None
        return self._strings[int(value.text)] if cell.get("t") == "s" else Decimal(value.text)

    def contents(self, sheet: str) -> dict[str, Content]:
        """What stands in every cell of a sheet: its text, or its number."""
        found: dict[str, Content] = {}
        for cell in self._tree(self._part(sheet)).iter(f"{_N}c"):
            value, kind = cell.find(f"{_N}v"), cell.get("t")
            if value is None or value.text is None:
                inline = "".join(t.text or "" for t in cell.iter(f"{_N}t"))
                found[str(cell.get("r"))] = inline or None
            elif kind == "s":
                found[str(cell.get("r"))] = self._strings[int(value.text)]
            else:
                found[str(cell.get("r"))] = value.text if kind in ("e", "str") else Decimal(value.text)
        return found

    def identify(self, key: str, content: Content) -> None:
        """Changes what the workbook says of itself in its hidden sheet."""
        row, column = self.find("_lvbao", key)
        self.put("_lvbao", joined(row, column + 1), content)

    def clear_row(self, sheet: str, row: int) -> None:
        """Empties the cells of a row (the row number stays)."""
        for cell in list(self._row(sheet, row)):
            if split(str(cell.get("r")))[1] > 1:
                self.put(sheet, str(cell.get("r")), None)

    def merge(self, sheet: str, area: str) -> None:
        """Merges cells; like Excel it keeps the content of the first one only."""
        tree = self._tree(self._part(sheet))
        merges = tree.find(f"{_N}mergeCells")
        assert merges is not None
        etree.SubElement(merges, f"{_N}mergeCell").set("ref", area)
        (top, left), (bottom, right) = (split(a) for a in area.split(":"))
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    self.put(sheet, joined(row, column), None)

    def insert_rows(self, sheet: str, before: int, count: int) -> None:
        """Inserts empty rows."""
        self._shift(sheet, lambda row, column: (row + count if row >= before else row, column))

    def delete_row(self, sheet: str, row: int) -> None:
        """Deletes a row."""
        self._shift(sheet, lambda r, c: None if r == row else (r - 1 if r > row else r, c))

    def delete_column(self, sheet: str, column: str) -> None:
        """Deletes a column."""
        gone = _column(column)
        self._shift(sheet, lambda r, c: None if c == gone else (r, c - 1 if c > gone else c))

    def rename_sheet(self, sheet: str, name: str) -> None:
        """Renames a sheet."""
        next(s for s in self._sheets() if s.get("name") == sheet).set("name", name)
        self._rename_in_names(sheet, name)

    def delete_sheet(self, sheet: str) -> None:
        """Deletes a sheet; the names that pointed to it go with it."""
        self._rename_in_names(sheet, None)
        element = next(s for s in self._sheets() if s.get("name") == sheet)
        _drop(element)

    def copy_sheet(self, sheet: str, name: str) -> None:
        """Copies a sheet to the end, as by dragging its tab."""
        relations = self._tree("xl/_rels/workbook.xml.rels")
        relation, part = "rId9001", "worksheets/sheet9001.xml"
        original = next(r for r in relations if f"xl/{r.get('Target')}" == self._part(sheet))
        twin = etree.SubElement(relations, original.tag, dict(original.attrib))
        twin.set("Id", relation)
        twin.set("Target", part)
        self.parts[f"xl/{part}"] = self.parts[self._part(sheet)]
        types = self._tree("[Content_Types].xml")
        known = next(t for t in types if t.get("PartName") == f"/{self._part(sheet)}")
        etree.SubElement(types, known.tag, dict(known.attrib)).set("PartName", f"/xl/{part}")
        sheets = next(self._tree("xl/workbook.xml").iter(f"{_N}sheets"))
        etree.SubElement(sheets, f"{_N}sheet", {"name": name, "sheetId": "9001", _RELATION: relation})

    # -- inside ---------------------------------------------------------------------------------------------
    def _row(self, sheet: str, number: int) -> etree._Element:
        data = next(self._tree(self._part(sheet)).iter(f"{_N}sheetData"))
        for row in data:
            if int(str(row.get("r"))) == number:
                return row
            if int(str(row.get("r"))) > number:
                new = etree.Element(f"{_N}row", {"r": str(number)})
                row.addprevious(new)
                return new
        return etree.SubElement(data, f"{_N}row", {"r": str(number)})

    def _cell(self, sheet: str, address: str) -> etree._Element:
        row_number, column = split(address)
        row = self._row(sheet, row_number)
        for cell in row:
            place = split(str(cell.get("r")))[1]
            if place == column:
                return cell
            if place > column:
                new = etree.Element(f"{_N}c", {"r": address})
                cell.addprevious(new)
                return new
        return etree.SubElement(row, f"{_N}c", {"r": address})

    def _style(self, format_code: str) -> int:
        styles = self._tree("xl/styles.xml")
        formats = next(styles.iter(f"{_N}numFmts"))
        etree.SubElement(formats, f"{_N}numFmt", {"numFmtId": "901", "formatCode": format_code})
        cells = next(styles.iter(f"{_N}cellXfs"))
        etree.SubElement(cells, f"{_N}xf", {"numFmtId": "901", "applyNumberFormat": "1"})
        return len(cells) - 1

    def _shift(self, sheet: str, moved: Callable[[int, int], tuple[int, int] | None]) -> None:
        tree = self._tree(self._part(sheet))
        for row in list(next(tree.iter(f"{_N}sheetData"))):
            number = None
            for cell in list(row):
                place = moved(*split(str(cell.get("r"))))
                if place is None:
                    row.remove(cell)
                else:
                    cell.set("r", joined(*place))
                    number = place[0]
            if number is None:
                _drop(row)
            else:
                row.set("r", str(number))
                row.attrib.pop("spans", None)
        for merged in list(tree.iter(f"{_N}mergeCell")):
            ends = [moved(*split(a)) for a in str(merged.get("ref")).split(":")]
            if None in ends:
                _drop(merged)
            else:
                merged.set("ref", ":".join(joined(*e) for e in ends if e))
        self._shift_names(sheet, moved)

    def _names(self, sheet: str) -> Iterator[tuple[etree._Element, str, str]]:
        for name in list(self._tree("xl/workbook.xml").iter(f"{_N}definedName")):
            owner, mark, area = (name.text or "").rpartition("!")
            if mark and owner.strip("'") == sheet:
                yield name, owner, area

    def _shift_names(self, sheet: str, moved: Callable[[int, int], tuple[int, int] | None]) -> None:
        for name, owner, area in self._names(sheet):
            if not re.fullmatch(r"\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", area):
                continue
            ends = [moved(*split(a)) for a in area.replace("$", "").split(":")]
            if None in ends:
                name.text = "#REF!"
            else:
                name.text = f"{owner}!" + ":".join(f"${_letters(e[1])}${e[0]}" for e in ends if e)

    def _rename_in_names(self, sheet: str, new: str | None) -> None:
        for name, _, area in self._names(sheet):
            if new is None:
                _drop(name)
            else:
                name.text = f"'{new}'!{area}"


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
