"""The finished .xlsx package: rows whose height follows the text, in reproducible bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Set

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SYSTEM = 3  # alike on every system
_ROW = re.compile(rb'<row r="(\d+)"[^>]*>')
_FIXED = b' customHeight="1"'
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


def with_flexible_rows(package: bytes, rows: Mapping[int, Set[int]]) -> bytes:
    """The package in which the given rows (by sheet number from 1, rows from 0) keep their height but lose its fixing.

    A fixed height hides what is typed later; without any height some programs show one line only. Texts stand in
    another part, so nothing that looks like a row can be text.
    """
    source, target = zipfile.ZipFile(io.BytesIO(package)), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            found = _SHEET.fullmatch(name)
            if found:
                content = _released(content, rows.get(int(found.group(1)), frozenset()))
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _SYSTEM
            info.external_attr = 0o600 << 16
            result.writestr(info, content)
    return target.getvalue()


def is_as_written(package: bytes, sheet: str) -> bool:
    """Whether the package was written here, has that sheet, and was not saved by another program since."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = archive.infolist()
        ours = all(p.date_time == _EPOCH and p.create_system == _SYSTEM for p in parts)
        return ours and f'name="{sheet}"'.encode() in archive.read("xl/workbook.xml")


def _released(xml: bytes, rows: Set[int]) -> bytes:
    def release(match: re.Match[bytes]) -> bytes:
        return match.group().replace(_FIXED, b"") if int(match.group(1)) - 1 in rows else match.group()

    return _ROW.sub(release, xml)
