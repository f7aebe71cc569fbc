"""The register of evidence and the numbers that the score table cites from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.facts import Intake
from pipeline.findings import CellRef, Finding, nearest
from pipeline.messages import finding
from pipeline.standard.types import Criterion, Standard

NUMBER = "number"
Cited = Sequence[tuple[Criterion, Sequence[str]]]
"""Criteria in their order with the numbers that each cites."""


class Register:
    """The numbers of the register, and `more` that are kept elsewhere. A pack without a register knows every number."""

    def __init__(self, standard: Standard, intake: Intake, more: frozenset[str] = frozenset()) -> None:
        table = standard.identity.roles.evidence
        self._more = more
        self._rows = intake.rows(table) if table else ()
        self._kept = bool(table) and bool(self._rows) and f"{table}.{NUMBER}" not in intake.refused
        self._numbers = [str(r.fact(NUMBER).value) for r in self._rows if not r.fact(NUMBER).is_missing]

    def holds(self, numbers: Iterable[str]) -> bool:
        """Whether all of them stand in the register."""
        return not self._kept or set(numbers) <= {*self._numbers, *self._more}

    def findings(self, cited: Cited, place: Callable[[Criterion, str], CellRef | None]) -> Iterator[Finding]:
        """The numbers that are cited but not registered, each once, at the cell where it is most likely wrong.

        A register that is absent, or has rows without a readable number or with one number twice, has findings of its
        own, and those rows may be what is cited.
        """
        if not self._kept:
            return
        users: dict[str, list[Criterion]] = {}
        for criterion, numbers in cited:
            for number in numbers:
                if number not in self._numbers and number not in self._more:
                    users.setdefault(number, []).append(criterion)
        if len(users) <= len(self._rows) - len(set(self._numbers)):
            return
        unused = set(self._numbers) - {n for _, numbers in cited for n in numbers}
        for number, criteria in users.items():
            near = nearest(number, sorted(unused)) or nearest(number, sorted(set(self._numbers)))
            misspelt = near in unused and len(criteria) > 1
            yield finding(
                "evidence_unknown",
                criteria[0].id,
                self._place_of(near) if misspelt else place(criteria[0], "evidence"),
                number=number,
                near=f"（是否为“{near}”？）" if near else "",
                rows=f"，{'、'.join(c.id for c in criteria)} 引用了它" if len(criteria) > 1 else "",
            )

    def _place_of(self, number: str | None) -> CellRef | None:
        row = next(r for r in self._rows if r.fact(NUMBER).value == number)
        return row.fact(NUMBER).source
