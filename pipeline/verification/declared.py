"""Every declared value that an indicator or a score row uses: what a third party has to verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.calc.dependencies import dependencies
from pipeline.calc.unit_columns import unit_columns
from pipeline.evaluation import Evaluation
from pipeline.facts import Fact, Intake, Row
from pipeline.findings import CellRef
from pipeline.intake.cell_texts import shown_text
from pipeline.intake.layout import EARLIER_HEADERS
from pipeline.standard.types import Field, Standard, Table

NOT_FILLED = "未填"
_SHOWN_USES = 3


@dataclass(frozen=True, slots=True)
class Declared:
    """One value. `owner` is a field or table; `row` (from 0) and `column` are given for the cell of a table."""

    key: str
    label: str
    asked: Field
    fact: Fact
    unit: str
    used: str
    owner: str
    years_back: int = 0
    row: int | None = None
    column: str = ""
    place: CellRef | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The declared value as the sheet shows it."""
        return shown_text(self.fact.value) or NOT_FILLED

    @property
    def place_text(self) -> str:
        """`能源消耗!D14`."""
        return f"{self.place.sheet}!{self.place.cell}" if self.place and self.place.cell else ""


def declared_values(evaluation: Evaluation) -> tuple[Declared, ...]:
    """The values in the order of the workbook. Optional values that were left out are not declared."""
    uses = _uses(evaluation.standard) | _scheme_uses(evaluation)
    found: list[Declared] = []
    for sheet in evaluation.standard.intake.sheets:
        for asked in sheet.fields:
            if asked.id in uses:
                found += _of_field(evaluation, asked, uses[asked.id])
        for table in sheet.tables:
            if table.id in uses:
                found += _of_table(evaluation, table, uses)
    return tuple(_told_apart(evaluation.standard, found))


def _told_apart(standard: Standard, values: list[Declared]) -> Iterator[Declared]:
    """The values; cells of several tables that bear the same name get the name of their table before it."""
    counted = Counter(v.label for v in values)
    for value in values:
        if value.row is None or counted[value.label] == 1:
            yield value
        else:
            yield replace(value, label=f"{standard.intake.tables[value.owner].label}：{value.label}")


def _uses(standard: Standard) -> dict[str, str]:
    """For every field, table, column and named cell that is used: the indicators and score rows that use it, in words."""
    depends = dependencies(standard)
    uses: dict[str, list[str]] = {}
    for indicator in standard.indicators.indicators:
        for key in depends.reads(indicator.id):
            uses.setdefault(key, []).append(indicator.label)
    for criterion in standard.scoring.criteria.values():
        for key in depends.criterion_reads(criterion):
            uses.setdefault(key, []).append(criterion.id)
    return {key: _listed(names) for key, names in uses.items()}


def _scheme_uses(evaluation: Evaluation) -> dict[str, str]:
    """The points that the scheme of the workbook changes, and the rows that it leaves out."""
    pack = evaluation.standard.origin or evaluation.standard
    scheme = pack.scoring.scheme
    if scheme is None:
        return {}
    (key,) = pack.intake.tables[scheme.table].key
    uses = {scheme.table: pack.scoring.title}
    for row in evaluation.intake.rows(scheme.table):
        criterion = pack.scoring.criteria.get(str(row.fact(key).value))
        if criterion is None or criterion.points is None:
            continue
        changed = {
            scheme.points: row.fact(scheme.points).value != criterion.points if scheme.points else False,
            scheme.adopted: row.fact(scheme.adopted).value is False if scheme.adopted else False,
        }
        for column in (c for c, is_changed in changed.items() if c and is_changed):
            uses[f"{scheme.table}.{column}"] = criterion.id
            uses[f"{scheme.table}[{criterion.id}].{column}"] = criterion.id
    return uses


def _listed(names: list[str]) -> str:
    more = f"等 {len(names)} 项" if len(names) > _SHOWN_USES else ""
    return "、".join(names[:_SHOWN_USES]) + more


def _of_field(evaluation: Evaluation, asked: Field, used: str) -> Iterator[Declared]:
    intake = evaluation.intake
    for back in range(asked.years):
        fact = intake.fact(asked.id, back)
        if fact.is_missing and (back or not _required(evaluation, asked)):
            continue
        key = f"{asked.id}@{back}" if back else asked.id
        label = f"{asked.label}（{EARLIER_HEADERS[back - 1]}）" if back else asked.label
        place = fact.source or intake.places.get(key)
        unit = _unit(asked.unit)
        yield Declared(key, label, asked, fact, unit, used, asked.id, back, place=place)


def _required(evaluation: Evaluation, asked: Field) -> bool:
    if not asked.required:
        return False
    return asked.when is None or evaluation.calculator.condition(asked.when) is True


def _unit(unit: str | None) -> str:
    return "" if unit in (None, "1") else str(unit)


# -- tables -------------------------------------------------------------------------------------------------
def _of_table(evaluation: Evaluation, table: Table, uses: dict[str, str]) -> Iterator[Declared]:
    """The cells of the used columns; key columns name the row, and a column of units belongs to its amounts."""
    units = unit_columns(evaluation.standard)
    companions = {unit for (owner, _), unit in units.items() if owner == table.id}
    columns = [
        c
        for c in table.columns
        if f"{table.id}.{c.id}" in uses and c.id not in table.key and c.id not in companions
    ]
    names = row_names(evaluation.intake, table)
    for index, row in enumerate(evaluation.intake.rows(table.id)):
        for column in columns:
            fact = row.fact(column.id)
            if fact.is_missing and not column.required:
                continue
            key = f"{table.id}[{names[index]}].{column.id}"
            used = uses.get(key) or uses.get(f"{table.id}[].{column.id}")
            if used is None:
                continue  # other rows of this column are used, this one is not
            beside = units.get((table.id, column.id))
            unit = shown_text(row.fact(beside).value) if beside else _unit(column.unit)
            yield Declared(
                key, f"{row_words(table, row, names[index])}的{column.label}", column, fact, unit,
                used, table.id, row=index, column=column.id,
                place=fact.source or row.source,
            )  # fmt: skip


def row_names(intake: Intake, table: Table) -> list[str]:
    """A name for each row: the words of its key columns; the row's number where these are no name of one row."""
    keys = table.key or tuple(c.id for c in table.columns[:1])
    names = [" ".join(t for k in keys if (t := shown_text(r.fact(k).value))) for r in intake.rows(table.id)]
    counted = Counter(names)
    return [n if n and counted[n] == 1 else f"{n}第{i}行" for i, n in enumerate(names, 1)]


def row_words(table: Table, row: Row, name: str) -> str:
    """A row as a sentence calls it: 电力（2024年，复配混合型）. `name` stands for a row that its key does not tell apart."""
    key = [column for column in table.columns if column.id in table.key]
    words = [f"{t}年" if c.type == "year" else t for c in key if (t := shown_text(row.fact(c.id).value))]
    if not words or name != " ".join(
        shown_text(row.fact(k).value) for k in table.key if not row.fact(k).is_missing
    ):
        return name
    return words[0] + (f"（{'，'.join(words[1:])}）" if words[1:] else "")


def question(declared: Declared) -> Field:
    """What the third party is asked for this value: the same type, unit and limits."""
    return replace(
        declared.asked, id="verified", label="核查值", required=False, when=None, years=1, yoy_limit=None,
        help="与申报值相同也要填写；留空表示没有核查。", example="", clause=None, aliases=(), width=None,
    )  # fmt: skip
