"""CHANGELOG.md of a pack: one section a version, and as data the ids that each version renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.standard.nodes import Mapping_, Place
from pipeline.standard.types import IntakeSchema, Release

CHANGELOG = "CHANGELOG.md"
_HEADING = re.compile(r"##\s+(.*?)\s*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")
_RENAMED = "renamed"


def version_key(version: str) -> tuple[int, ...]:
    """A version as it is compared; () for what is no version."""
    return tuple(int(part) for part in version.split(".")) if _VERSION.fullmatch(version) else ()


@dataclass
class _Section:
    """One version while its lines are read."""

    version: str
    line: int
    renamed: dict[str, str] = field(default_factory=dict)
    blocks: int = 0


def read_history(text: str, schema: IntakeSchema, pack_version: str) -> tuple[tuple[Release, ...], list[str]]:
    """The releases, newest first, and every fault of the file."""
    problems: list[str] = []
    sections = list(_sections(text, problems))
    problems += _order(sections, pack_version)
    releases = tuple(Release(s.version, dict(s.renamed)) for s in sections)
    if not problems:
        problems += _targets(releases, schema)
    return releases, problems


def renamed_since(releases: tuple[Release, ...], version: str) -> Mapping[str, str]:
    """By id of that version, the present id of everything renamed since."""
    now: dict[str, str] = {}
    for release in reversed(releases):
        if version_key(release.version) > version_key(version):
            now = {old: release.renamed.get(new, new) for old, new in now.items()}
            now |= release.renamed
    return now


def _sections(text: str, problems: list[str]) -> Iterator[_Section]:
    section: _Section | None = None
    block: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        heading = _HEADING.fullmatch(line)
        if block is not None:
            if line.strip() == "```":
                _block(section, "\n".join(block), number - len(block), problems)
                block = None
            else:
                block.append(line)
        elif line.strip() == "```yaml":
            block = []
        elif heading is not None:
            if section is not None:
                yield section
            section = _Section(heading.group(1), number)
            if not _VERSION.fullmatch(section.version):
                problems.append(f"{Place(CHANGELOG, number)}：标题“{section.version}”应为版本号，如 1.0.0")
    if block is not None:
        problems.append(f"{CHANGELOG}：yaml 块没有结束的 ```")
    if section is not None:
        yield section


def _block(section: _Section | None, text: str, line: int, problems: list[str]) -> None:
    place = Place(CHANGELOG, line)
    if section is None:
        problems.append(f"{place}：yaml 块应写在某个版本的标题之下")
        return
    section.blocks += 1
    if section.blocks > 1:
        problems.append(f"{place}：版本 {section.version} 有不止一个 yaml 块")
        return
    from pipeline.standard import yaml as strict_yaml  # imported late: a pack that was kept needs no YAML

    try:
        data = strict_yaml.read_text(text, CHANGELOG, line)
    except strict_yaml.YamlError as error:
        problems.extend(error.problems)
        return
    renamed = data.get(_RENAMED) if isinstance(data, Mapping_) and set(data) == {_RENAMED} else None
    if not isinstance(renamed, Mapping_):
        problems.append(f"{place}：yaml 块应为 renamed: {{旧标识: 新标识}}，没有别的键")
        return
    for old, new in renamed.items():
        if not isinstance(new, str) or not _ID.fullmatch(new) or not _ID.fullmatch(old):
            problems.append(f"{renamed.places[old]}：“{old}: {new}”应为两个标识")
        elif ("." in old) != ("." in new):
            problems.append(f"{renamed.places[old]}：“{old}: {new}”一边是列，一边不是")
        else:
            section.renamed[old] = new


def _order(sections: list[_Section], pack_version: str) -> Iterator[str]:
    if not sections:
        yield f"{CHANGELOG}：没有任何版本"
        return
    if sections[0].version != pack_version:
        yield f"{Place(CHANGELOG, sections[0].line)}：最新的版本应为 {pack_version}（standard.yaml 的 pack_version）"
    for newer, older in pairwise(sections):
        if version_key(older.version) >= version_key(newer.version):
            yield f"{Place(CHANGELOG, older.line)}：版本应由新到旧，{older.version} 不早于 {newer.version}"


def _targets(releases: tuple[Release, ...], schema: IntakeSchema) -> Iterator[str]:
    """Every new id must be one of the pack by now, and no old one."""
    columns = {f"{t.id}.{c.id}" for t in schema.tables.values() for c in t.columns}
    known = {*schema.fields, *schema.tables, *columns}
    for old, new in renamed_since(releases, "0.0.0").items():
        if new not in known:
            yield f"{CHANGELOG}：“{old}”改名为“{new}”，但 intake.yaml 中没有“{new}”"
        if old in known:
            yield f"{CHANGELOG}：“{old}”已改名为“{new}”，但 intake.yaml 中还有“{old}”"
