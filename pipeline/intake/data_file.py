"""The facts of an enterprise by field ids, for people whose data sit elsewhere: `lvbao new ID --data facts.yaml`.

YAML or JSON; the mapping is that of `facts` in a pack's worked cases (docs/pack-format.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.findings import LvbaoError, nearest
from pipeline.intake.data_values import SEPARATOR, CellContent, ValueProblem, content, raw, shown, typed
from pipeline.quantity import Missing
from pipeline.standard import criteria_sheet
from pipeline.standard import yaml as strict_yaml
from pipeline.standard.types import CRITERIA_TABLE, Field, Standard, Table

NOTES_KEY = "notes"
RAW_KEY = "raw"
_ASKED = tuple(c for c in criteria_sheet.COLUMNS if c.id not in criteria_sheet.FIXED_COLUMNS)
_NOT_ASKED_OF_PROGRAM = ("verdict", "score")
_NOTE_FIELD = Field("note", "备注", "long_text")


class DataFileError(LvbaoError):
    """A data file cannot be used; `problems` lists every fault."""

    def __init__(self, file: str, problems: Iterable[str]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__(
            f"{file} 有 {len(self.problems)} 处错误：\n" + "\n".join(f"  {p}" for p in self.problems)
        )


@dataclass(frozen=True, slots=True)
class IntakeData:
    """What goes into the cells of a workbook. `fields` by id for the evaluation year, `earlier[n]` n years before it;
    `tables` by id, rows by column id; `fixed` by table id and row key; `criteria` by criterion id; `notes` by field id."""

    fields: Mapping[str, CellContent] = field(default_factory=dict)
    earlier: Mapping[int, Mapping[str, CellContent]] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, CellContent], ...]] = field(default_factory=dict)
    criteria: Mapping[str, Mapping[str, CellContent]] = field(default_factory=dict)
    notes: Mapping[str, CellContent] = field(default_factory=dict)
    fixed: Mapping[str, Mapping[str, Mapping[str, CellContent]]] = field(default_factory=dict)


def read_data(source: Path | str | Mapping[str, Any], standard: Standard) -> IntakeData:
    """The facts of a YAML or JSON file, or of a mapping, checked against the pack. Raises DataFileError with all faults."""
    if isinstance(source, Mapping):
        name, facts = "数据", source
    else:
        path = Path(source)
        name, facts = path.name, _load(path)
    reader = _Reader(standard)
    data = reader.read(facts)
    if reader.problems:
        raise DataFileError(name, reader.problems)
    return data


# -- files --------------------------------------------------------------------------------------------------
def _load(path: Path) -> Mapping[str, Any]:
    kind = path.suffix.lower()
    if kind not in (".json", ".yaml", ".yml"):
        raise DataFileError(path.name, ["文件名应以 .yaml、.yml 或 .json 结尾"])
    try:
        value = _load_json(path) if kind == ".json" else strict_yaml.read(path, path.name)
    except strict_yaml.YamlError as error:
        raise DataFileError(path.name, error.problems) from None
    except OSError:
        raise DataFileError(path.name, ["文件打不开，请核对路径和权限"]) from None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise DataFileError(path.name, ["最外层应是“标识: 值”"])
    return value


def _load_json(path: Path) -> Any:
    problems: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for at, (key, _) in enumerate(pairs):
            if any(key == earlier for earlier, _ in pairs[:at]):
                problems.append(f"键“{key}”重复")
        return dict(pairs)

    try:
        value = json.loads(
            path.read_text(encoding="utf-8-sig"), parse_float=Decimal, object_pairs_hook=unique
        )
    except UnicodeDecodeError:
        raise DataFileError(path.name, ["不是 UTF-8 文本"]) from None
    except (json.JSONDecodeError, RecursionError) as error:
        line = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else "嵌套过深"
        raise DataFileError(path.name, [f"JSON 写法有误（{line}）"]) from None
    if problems:
        raise DataFileError(path.name, problems)
    return value


# -- the mapping --------------------------------------------------------------------------------------------
class _Reader:
    """Turns the mapping into IntakeData and gathers every fault on the way."""

    def __init__(self, standard: Standard) -> None:
        self.standard = standard
        self.intake = standard.intake
        self.problems: list[str] = []
        self.fields: dict[str, CellContent] = {}
        self.earlier: dict[int, dict[str, CellContent]] = {}
        self.tables: dict[str, tuple[Mapping[str, CellContent], ...]] = {}
        self.criteria: dict[str, Mapping[str, CellContent]] = {}
        self.notes: dict[str, CellContent] = {}
        self.fixed: dict[str, dict[str, Mapping[str, CellContent]]] = {}
        self.year: int | None = None

    def read(self, facts: Mapping[Any, Any]) -> IntakeData:
        self.year = self._evaluation_year(facts)
        keys = [*self.intake.fields, *self.intake.tables, NOTES_KEY, RAW_KEY]
        for key, value in facts.items():
            if key == CRITERIA_TABLE and CRITERIA_TABLE in self.intake.tables:
                self._each(value, CRITERIA_TABLE, self._criterion)
            elif key == NOTES_KEY:
                self._each(value, NOTES_KEY, self._note)
            elif key == RAW_KEY:
                self._each(value, RAW_KEY, lambda id_, v: self._field(id_, v, raw_value=True))
            elif key in self.intake.tables and self.intake.tables[key].fixed:
                self._each(value, key, partial(self._fixed_row, self.intake.tables[key]))
            elif key in self.intake.tables:
                self._table(self.intake.tables[key], value)
            elif key in self.intake.fields:
                self._field(key, value)
            else:
                self._unknown("", "标识", str(key), keys)
        return IntakeData(self.fields, self.earlier, self.tables, self.criteria, self.notes, fixed=self.fixed)

    # -- helpers
    def _unknown(self, where: str, what: str, name: str, known: Iterable[str]) -> None:
        near = nearest(name, known)
        hint = f"，是否为“{near}”？" if near else ""
        self.problems.append(f"{where}没有{what}“{name}”{hint}")

    def _each(self, value: Any, where: str, take: Callable[[str, Any], None]) -> None:
        if not isinstance(value, Mapping):
            self.problems.append(f"{where}：应是“标识: 值”，这里是{shown(value)}")
            return
        for key, item in value.items():
            take(str(key), item)

    def _put(self, target: dict[str, CellContent], where: str, field_: Field, value: Any) -> None:
        try:
            result = content(field_, value)
        except ValueProblem as problem:
            self.problems.append(f"{where}（{field_.label}）：{problem}")
            return
        if not isinstance(result, Missing):
            target[field_.id] = result

    def _evaluation_year(self, facts: Mapping[Any, Any]) -> int | None:
        role = self.standard.identity.roles.evaluation_year
        if role not in self.intake.fields:
            return None
        try:
            year = typed(self.intake.fields[role], facts.get(role))
        except ValueProblem:
            return None  # reported where the field itself is read
        return int(year) if isinstance(year, Decimal) else None

    # -- fields and notes
    def _field(self, field_id: str, value: Any, raw_value: bool = False) -> None:
        field_ = self.intake.fields.get(field_id)
        if field_ is None:
            self._unknown("raw：" if raw_value else "", "填报项", field_id, self.intake.fields)
            return
        where = f"raw.{field_id}" if raw_value else field_id
        by_year = isinstance(value, Mapping) and bool(value) and all(_is_year(k) for k in value)
        for key, item in value.items() if by_year else ((None, value),):
            back = self._years_back(where, field_, key)
            if back is None:
                continue
            target = self.fields if back == 0 else self.earlier.setdefault(back, {})
            if field_.id in target:
                self.problems.append(f"{where}：同一年的值给了两次")
            self._put(
                target,
                where if key is None else f"{where}[{key}]",
                field_,
                {"raw": item} if raw_value else item,
            )

    def _years_back(self, where: str, field_: Field, year: Any) -> int | None:
        if year is None:
            return 0
        if self.year is None:
            role = self.standard.identity.roles.evaluation_year
            self.problems.append(f"{where}：按年度写数值，须同时给出 {role}")
            return None
        back = self.year - int(year)
        if 0 <= back < field_.years:
            return back
        asked = SEPARATOR.join(str(self.year - n) for n in range(field_.years))
        self.problems.append(f"{where}（{field_.label}）：不填 {year} 年的值，只填 {asked}")
        return None

    def _note(self, field_id: str, value: Any) -> None:
        if field_id not in self.intake.fields:
            self._unknown("notes：", "填报项", field_id, self.intake.fields)
            return
        try:
            note = typed(_NOTE_FIELD, value) if not isinstance(value, str) else raw(value).value
        except ValueProblem as problem:
            self.problems.append(f"notes.{field_id}：{problem}")
            return
        if isinstance(note, str) and note:
            self.notes[field_id] = note

    # -- tables
    def _table(self, table: Table, value: Any) -> None:
        if not isinstance(value, list | tuple):
            self.problems.append(f"{table.id}（{table.label}）：应是行的列表，这里是{shown(value)}")
            return
        rows: list[Mapping[str, CellContent]] = []
        for number, row in enumerate(value, start=1):
            where = f"{table.id} 第 {number} 行"
            if isinstance(row, Mapping):
                rows.append(self._row(where, table.by_id, row))
            else:
                self.problems.append(f"{where}：应是“列: 值”，这里是{shown(row)}")
        self.tables[table.id] = tuple(rows)

    def _row(
        self, where: str, columns: Mapping[str, Field], row: Mapping[Any, Any]
    ) -> Mapping[str, CellContent]:
        cells: dict[str, CellContent] = {}
        for key, value in row.items():
            if key in columns:
                self._put(cells, f"{where} {key}", columns[key], value)
            else:
                self._unknown(f"{where}：", "列", str(key), columns)
        return cells

    def _fixed_row(self, table: Table, key: str, value: Any) -> None:
        """The answers of one row with fixed words, by the key of the row."""
        where = f"{table.id}[{key}]"
        keys = [str(row[table.key[0]]) for row in table.prefill]
        if key not in keys:
            self._unknown(f"{table.id}：", "行", key, keys)
        elif not isinstance(value, Mapping):
            self.problems.append(f"{where}：应是“列: 值”，这里是{shown(value)}")
        else:
            asked = {c: f for c in table.by_id if (f := table.question(key, c)) is not None}
            answers = {k: _joined(v) for k, v in value.items()}
            self.fixed.setdefault(table.id, {})[key] = self._row(where, asked, answers)

    def _criterion(self, criterion_id: str, value: Any) -> None:
        criteria = self.standard.listed
        criterion = criteria.get(criterion_id)
        where = f"criteria.{criterion_id}"
        if criterion is None:
            self._unknown("criteria：", "评价要素", criterion_id, criteria)
            return
        if not isinstance(value, Mapping):
            self.problems.append(f"{where}：应是“列: 值”，这里是{shown(value)}")
            return
        value = {k: _joined(v) if k == "evidence" else v for k, v in value.items()}
        for key in _NOT_ASKED_OF_PROGRAM if criterion.is_judged_by_program else ():
            if value.pop(key, None) is not None:
                self.problems.append(f"{where} {key}：这一行由程序计算，不填")
        self.criteria[criterion_id] = self._row(where, {c.id: c for c in _ASKED}, value)


def _is_year(key: object) -> bool:
    return str(key).isdecimal() and len(str(key)) == 4


def _joined(value: Any) -> Any:
    """Several evidence numbers given as a list, as one cell's text."""
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return SEPARATOR.join(value)
    return value
