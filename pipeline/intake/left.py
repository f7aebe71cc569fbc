"""What a client wrote that cannot be carried into a workbook of the standard layout."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.findings import CellRef


@dataclass(frozen=True, slots=True)
class Left:
    """Where it stands, what it says, and why it is not carried or what to do."""

    where: CellRef
    text: str
    why: str

    def __str__(self) -> str:
        text = f"“{self.text}”" if self.text else ""
        return f"{self.where}{text}：{self.why}"
