"""The diagrams of a pack, filled with the rows of one evaluation; None where there is nothing to draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from itertools import pairwise

from pipeline.evaluation import Evaluation
from pipeline.formula.values import Num
from pipeline.quantity import PRECISION, NotApplicable, fixed, plain
from pipeline.report import words as w
from pipeline.report.diagram_spec import (
    Balance,
    Branch,
    Chain,
    Diagram,
    Person,
    Step,
    Stream,
    Team,
    name_text,
)
from pipeline.standard.diagram_types import (
    BalanceSource,
    DiagramDefinition,
    FlowSource,
    Selection,
    StreamSource,
    TeamSource,
    TreeSource,
)

_DEEPEST = 20
_LIST = re.compile(r"[、；;\n]+")


def diagram_specs(evaluation: Evaluation) -> Mapping[str, Diagram | None]:
    """Every diagram of the pack by id, in the order of the pack; None when there is nothing to draw."""
    definitions = evaluation.standard.identity.diagrams
    return {definition.id: _diagram(evaluation, definition) for definition in definitions}


def _diagram(evaluation: Evaluation, definition: DiagramDefinition) -> Diagram | None:
    (source,) = definition.sources.values()
    id_, title = definition.id, definition.title
    if isinstance(source, FlowSource):
        diagram = Diagram(id_, title, chains=tuple(_chains(evaluation, source)))
    elif isinstance(source, BalanceSource):
        diagram = Diagram(id_, title, balances=tuple(_balances(evaluation, source)))
    elif isinstance(source, TreeSource):
        diagram = Diagram(id_, title, trees=tuple(_trees(evaluation, source)))
    else:
        diagram = Diagram(id_, title, teams=tuple(_teams(evaluation, source)))
    return diagram if diagram.is_drawable else None


# -- flows ------------------------------------------------------------------------------------------------------------
def _chains(evaluation: Evaluation, source: FlowSource) -> Iterator[Chain]:
    streams = source.streams
    for title, rows in _grouped(evaluation, source.table, source.select, source.group):
        if streams is None:
            yield Chain(title, tuple(_linked(evaluation, source, list(_written(evaluation, source, rows)))))
            continue
        for name, stream_rows in _grouped(evaluation, streams.table, streams.select, streams.group):
            steps = _measured(evaluation, source, streams, rows, stream_rows)
            if steps:
                yield Chain("，".join(filter(None, (title, name))), tuple(steps))


def _written(evaluation: Evaluation, source: FlowSource, rows: Sequence[int]) -> Iterator[Step]:
    """Steps whose streams are names in their own rows; what the last one passes on leaves the flow.

    What a step takes over from the one before it stands at the arrow, not among its inputs again.
    """
    before: tuple[Stream, ...] = ()
    for row in rows:
        inputs, outputs, passed = (
            tuple(Stream(name_text(part)) for part in _listed(evaluation, source.table, row, column))
            for column in (source.inputs, source.outputs, source.passed)
        )
        inputs = tuple(stream for stream in inputs if stream not in before)
        if row == rows[-1]:
            outputs, passed = (*passed, *outputs), ()
        before = passed
        name, note = _named(evaluation, source, row)
        yield Step(name_text(name), note, inputs, outputs, passed)


def _linked(evaluation: Evaluation, source: FlowSource, steps: list[Step]) -> Iterator[Step]:
    """The steps, each knowing whether something leads to the next: rows of `links`, or what is passed on, as far as told."""
    links = source.links
    if links is not None:
        ways = {
            (
                name_text(_text(evaluation, links.table, row, links.origin)),
                name_text(_text(evaluation, links.table, row, links.target)),
            )
            for row in _rows(evaluation, links.table, links.select)
        }
        told = bool(ways)
        going = [(one.name, two.name) in ways for one, two in pairwise(steps)]
    else:
        told = any(step.passed for step in steps)
        going = [bool(step.passed) for step in steps[:-1]]
    for step, goes_on in zip(steps, [*going, True], strict=True):
        yield replace(step, goes_on=goes_on or not told)


def _measured(
    evaluation: Evaluation, source: FlowSource, streams: StreamSource, rows: Sequence[int], own: Sequence[int]
) -> list[Step]:
    """Steps with streams of their own table; a step without any is left out."""
    names = [_text(evaluation, source.table, row, source.name) for row in rows]
    sides = {name: _Sides() for name in names}
    for row in own:
        if streams.node is not None:
            _sort_by_side(evaluation, streams, row, sides)
    taking_part = [name for name in names if streams.node is None or sides[name].any]
    if streams.node is None:
        taking_part = _sort_by_way(evaluation, streams, own, sides, names)
    notes = {
        _text(evaluation, source.table, row, source.name): _named(evaluation, source, row)[1] for row in rows
    }
    steps = [sides[name].step(name, notes[name]) for name in taking_part]
    if streams.node is None:
        steps = [replace(step, goes_on=bool(step.passed)) for step in steps]
    return steps


@dataclass
class _Sides:
    """What is gathered for one step."""

    inputs: list[Stream] = field(default_factory=list)
    outputs: list[Stream] = field(default_factory=list)
    passed: list[Stream] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.inputs or self.outputs or self.passed)

    def step(self, name: str, note: str) -> Step:
        return Step(name_text(name), note, tuple(self.inputs), tuple(self.outputs), tuple(self.passed))


def _sort_by_side(evaluation: Evaluation, source: StreamSource, row: int, sides: dict[str, _Sides]) -> None:
    side = sides.get(_text(evaluation, source.table, row, source.node or ""))
    if side is None:
        return
    stream = _stream(evaluation, source, row)
    if _selected(evaluation, source.table, row, source.inputs):
        side.inputs.append(stream)
    elif _selected(evaluation, source.table, row, source.outputs):
        side.outputs.append(stream)


def _sort_by_way(
    evaluation: Evaluation,
    source: StreamSource,
    own: Sequence[int],
    sides: dict[str, _Sides],
    names: list[str],
) -> list[str]:
    """Puts each row at its origin and target; returns the names of the steps that take part, in their order.

    From one step to the next a stream is `passed`; what skips steps or goes back leaves one and enters the other.
    """
    ways = [
        (
            _text(evaluation, source.table, row, source.origin or ""),
            _text(evaluation, source.table, row, source.target or ""),
        )
        for row in own
    ]
    met = {name for way in ways for name in way}
    taking_part = [name for name in names if name in met]
    following = dict(pairwise(taking_part))
    for row, (origin, target) in zip(own, ways, strict=True):
        stream = _stream(evaluation, source, row)
        if origin in sides and following.get(origin) == target:
            sides[origin].passed.append(stream)
            continue
        if origin in sides:
            away = target in source.outside
            sides[origin].outputs.append(
                stream if away else replace(stream, name=f"{stream.name}（至{name_text(target)}）")
            )
        if target in sides:
            afar = origin in source.outside
            sides[target].inputs.append(
                stream if afar else replace(stream, name=f"{stream.name}（来自{name_text(origin)}）")
            )
    return taking_part


def _named(evaluation: Evaluation, source: FlowSource, row: int) -> tuple[str, str]:
    note = _text(evaluation, source.table, row, source.note) if source.note else ""
    return _text(evaluation, source.table, row, source.name), name_text(note)


def _stream(evaluation: Evaluation, source: StreamSource, row: int) -> Stream:
    name = name_text(_text(evaluation, source.table, row, source.name))
    if source.amount is None:
        return Stream(name)
    value = _number(evaluation, source.table, row, source.amount)
    if value is None:
        return Stream(name, _text(evaluation, source.table, row, source.amount))
    return Stream(
        name, _with_unit(plain(value), _unit(evaluation, source.table, row, source.amount, source.unit))
    )


def _listed(evaluation: Evaluation, table: str, row: int, column: str | None) -> list[str]:
    text = _text(evaluation, table, row, column) if column else ""
    return [part.strip() for part in _LIST.split(text) if part.strip()]


# -- balances -----------------------------------------------------------------------------------------------------
def _balances(evaluation: Evaluation, source: BalanceSource) -> Iterator[Balance]:
    groups = list(_grouped(evaluation, source.table, source.select, source.group, always=not source.process))
    for title, rows in groups:
        sides = [_summed(evaluation, source, rows, words) for words in (source.inputs, source.outputs)]
        if not all(sides):
            continue
        totals = [_total(word, side) for word, side in zip(("输入合计", "输出合计"), sides, strict=True)]
        shown = [_shown(evaluation, name) for name in source.show] if len(groups) == 1 else []
        inputs, outputs = (
            tuple(Stream(name_text(name), _amount(value, unit)) for (name, unit), value in side.items())
            for side in sides
        )
        process = f"{source.process}（{title}）" if title and source.process else title or source.process
        yield Balance(name_text(process), inputs, outputs, tuple(filter(None, (*totals, *shown))))


Sums = dict[tuple[str, str], Decimal | None]
"""Amount by name and unit; None where a row has no number."""


def _summed(evaluation: Evaluation, source: BalanceSource, rows: Sequence[int], side: Selection) -> Sums:
    sums: Sums = {}
    for row in rows:
        if not _selected(evaluation, source.table, row, side):
            continue
        unit = _unit(evaluation, source.table, row, source.amount, source.unit)
        key = (_text(evaluation, source.table, row, source.name), unit)
        value = _number(evaluation, source.table, row, source.amount)
        before = sums.get(key, Decimal(0))
        with localcontext(prec=PRECISION):
            sums[key] = None if value is None or before is None else before + value
    return sums


def _total(word: str, sums: Sums) -> str:
    """The sum of one side, "" when a number is missing or units differ."""
    units = {unit for _name, unit in sums}
    known = [value for value in sums.values() if value is not None]
    if len(units) != 1 or len(known) < len(sums):
        return ""
    with localcontext(prec=PRECISION):
        return f"{word} {_with_unit(plain(sum(known, Decimal(0))), units.pop())}"


def _amount(value: Decimal | None, unit: str) -> str:
    return w.NOTHING if value is None else _with_unit(plain(value), unit)


def _shown(evaluation: Evaluation, name: str) -> str:
    """`偏差率 0.91 %`: a quantity or indicator, "" when it has no value."""
    value, definition = evaluation.indicators[name], evaluation.standard.indicators.by_id[name]
    if value.number is None:
        return ""
    return f"{definition.label} {w.number_text(value, definition)}{w.unit_text(definition.unit)}"


# -- teams and trees --------------------------------------------------------------------------------------------------
def _teams(evaluation: Evaluation, sources: Sequence[TeamSource]) -> Iterator[Team]:
    for source in sources:
        levels: list[list[Person]] = [[] for _level in range(len(source.levels) + 1)]
        for row in _rows(evaluation, source.table, source.select):
            role = _text(evaluation, source.table, row, source.role)
            at = next((n for n, roles in enumerate(source.levels) if role in roles), len(source.levels))
            unit = _text(evaluation, source.table, row, source.unit) if source.unit else ""
            name = _text(evaluation, source.table, row, source.name)
            levels[at].append(Person(name_text(name), name_text(role), name_text(unit)))
        if any(levels):
            yield Team(source.title, tuple(tuple(level) for level in levels if level))


def _trees(evaluation: Evaluation, source: TreeSource) -> list[Branch]:
    """The units that have no superior in the table, with all below them; a circle of superiors is opened at its first row."""
    rows = _rows(evaluation, source.table, source.select)
    names = {row: _text(evaluation, source.table, row, source.name) for row in rows}
    known = set(names.values())
    parents = {row: _text(evaluation, source.table, row, source.parent) for row in rows}
    placed: set[int] = set()

    def branch(row: int, depth: int = 1) -> Branch:
        placed.add(row)
        note = _text(evaluation, source.table, row, source.note) if source.note else ""
        under = [r for r in rows if parents[r] == names[row]] if depth < _DEEPEST else []
        below = [branch(r, depth + 1) for r in under if r not in placed]
        return Branch(name_text(names[row]), name_text(note), tuple(below))

    tops = [row for row in rows if parents[row] not in known or parents[row] == names[row]]
    made = [branch(row) for row in tops]
    return [*made, *(branch(row) for row in rows if row not in placed)]


# -- rows and cells -----------------------------------------------------------------------------------------------
def _grouped(
    evaluation: Evaluation, table: str, select: Selection, group: str | None, *, always: bool = False
) -> Iterator[tuple[str, list[int]]]:
    """Rows by the value of a column, in the order met; a single group has no title unless it is wanted `always`."""
    groups: dict[str, list[int]] = {}
    for row in _rows(evaluation, table, select):
        groups.setdefault(_text(evaluation, table, row, group) if group else "", []).append(row)
    for title, rows in groups.items():
        yield (name_text(title) if always or len(groups) > 1 else ""), rows


def _rows(evaluation: Evaluation, table: str, select: Selection) -> list[int]:
    count = len(evaluation.intake.rows(table))
    return [row for row in range(count) if _selected(evaluation, table, row, select)]


def _selected(evaluation: Evaluation, table: str, row: int, select: Selection) -> bool:
    return all(_text(evaluation, table, row, column) in values for column, values in select.items())


def _text(evaluation: Evaluation, table: str, row: int, column: str) -> str:
    """A filled or computed cell as a report prints it, "" when it is empty."""
    definition = evaluation.standard.intake.tables[table].by_id.get(column)
    if definition is None:
        outcome = evaluation.calculator.computed_cell(table, row, column)
        text = w.outcome_text(outcome, _computed(evaluation, table, column)[1])
    else:
        value = evaluation.intake.rows(table)[row].fact(column).value
        text = w.value_text(value, definition, in_table=True, asked=False)
    return "" if text == w.NOTHING else text.strip()


def _number(evaluation: Evaluation, table: str, row: int, column: str) -> Decimal | None:
    """The number of a filled or computed cell (as printed), None when there is none."""
    if column in evaluation.standard.intake.tables[table].by_id:
        value = evaluation.intake.rows(table)[row].fact(column).value
        return value if isinstance(value, Decimal) else None
    outcome = evaluation.calculator.computed_cell(table, row, column)
    if isinstance(outcome, NotApplicable) or not isinstance(outcome, Num):
        return None
    return Decimal(fixed(outcome.value, _computed(evaluation, table, column)[1]))


def _unit(evaluation: Evaluation, table: str, row: int, column: str, unit_column: str | None) -> str:
    if unit_column is not None:
        return w.unit_name(_text(evaluation, table, row, unit_column))
    own = evaluation.standard.intake.tables[table].by_id.get(column)
    return w.unit_name(own.unit if own is not None else _computed(evaluation, table, column)[0])


def _computed(evaluation: Evaluation, table: str, column: str) -> tuple[str, int]:
    """Unit and decimals of a computed column."""
    columns = evaluation.standard.indicators.columns
    return next((c.unit, c.decimals) for c in columns if c.table == table and c.column == column)


def _with_unit(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit in ("%", "‰") else f"{number} {unit}".strip()
