"""The register of hostile workbooks: each kind is a small function that spoils a clean workbook, with what must come of it.

A kind is either harmless (exactly the clean result), or read with the findings that stand beside it, or refused with
one code of the catalogue. Nothing else may happen: no crash, no hang, no silent difference.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Finding = tuple[str, str, str]
"""Code, place (`用地与产出!D4`, a sheet, or "" for the whole file), subject."""


@dataclass(frozen=True)
class Expect:
    """What must come of a file. `refused` is a code of the catalogue, "" where it is read; `keeps`: every fact is the
    clean one, whatever the findings say."""

    refused: str = ""
    findings: tuple[Finding, ...] = ()
    keeps: bool = True


CLEAN = Expect()


def refused(code: str) -> Expect:
    """The file is not read, with this message."""
    return Expect(refused=code)


def noted(*findings: Finding) -> Expect:
    """Every fact is read as from the clean workbook, and these findings say what was odd."""
    return Expect(findings=findings)


def faulty(*findings: Finding) -> Expect:
    """Something of the clean workbook is not there, and these findings say what."""
    return Expect(findings=findings, keeps=False)


Make = Callable[[bytes], bytes]
Place = Callable[[bytes, Path], Path]


@dataclass(frozen=True)
class Kind:
    """One kind of hostile workbook: `place` writes it into a folder and gives its path."""

    name: str
    expect: Expect
    place: Place


KINDS: dict[str, Kind] = {}
_MODULES = ("files", "containers", "parts", "markup", "cells", "people", "programs", "places")


def kind(name: str, expect: Expect, file: str = "录入表.xlsx") -> Callable[[Make], Make]:
    """Registers a function from the clean bytes to the hostile ones; `file` is the name they arrive under."""

    def register(make: Make) -> Make:
        def write(clean: bytes, folder: Path) -> Path:
            path = folder / file
            path.write_bytes(make(clean))
            return path

        _add(Kind(name, expect, write))
        return make

    return register


def placed(name: str, expect: Expect) -> Callable[[Place], Place]:
    """Registers a function that puts something on the disk itself (folders, links, permissions)."""

    def register(place: Place) -> Place:
        _add(Kind(name, expect, place))
        return place

    return register


def _add(new: Kind) -> None:
    assert new.name not in KINDS, new.name
    KINDS[new.name] = new


def all_kinds() -> Mapping[str, Kind]:
    """Every registered kind, module by module."""
    for module in _MODULES:
        importlib.import_module(f"tests.hostile_workbooks.{module}")
    return KINDS
