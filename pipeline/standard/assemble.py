"""A standard pack from its files: strict YAML → records → checks over the whole pack."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pipeline.findings import PackError
from pipeline.resources import standards_folder
from pipeline.standard import types as t
from pipeline.standard.bind import Binder
from pipeline.standard.check import check_pack
from pipeline.standard.check_correspondence import check_correspondence
from pipeline.standard.check_verification import check_verification
from pipeline.standard.criteria_sheet import with_criteria_table
from pipeline.standard.editions import FOLDER, edition_folders, joined, shared_files
from pipeline.standard.factors import computed
from pipeline.standard.history import CHANGELOG, read_history
from pipeline.standard.inherit import Merger, Override
from pipeline.standard.load import SHARED
from pipeline.standard.nodes import Mapping_, Place
from pipeline.standard.places import Key, Places, places_in
from pipeline.standard.yaml import YamlError, read

T = TypeVar("T")
VERIFICATION = "verification.yaml"


@dataclass(frozen=True)
class _CaseFile:
    cases: tuple[t.Case, ...]


@dataclass(frozen=True)
class _CorrespondenceFile:
    correspondences: tuple[t.Correspondence, ...]


@dataclass(frozen=True)
class _ErrataFile:
    errata: tuple[t.Erratum, ...]


def assembled(chain: tuple[Path, ...], factors_folder: Path, digest: str, factors_digest: str) -> t.Standard:
    """The pack in the first folder of `chain`, over those in the others. Raises PackError with every fault found."""
    folder, problems = chain[0], list[str]()
    families = _families(factors_folder, problems)
    first = _edition(chain, (), families, problems)
    later = [_edition(chain, (each,), families, problems) for each in edition_folders(folder)]
    if first is None or None in later or problems:
        raise PackError(folder.name, list(dict.fromkeys(problems)))
    editions = [
        replace(e, intake=first.intake, verification=first.verification) for e in later if e is not None
    ]
    first = joined(first, editions, problems)
    tables = [(e.identity.edition, e.scoring) for e in first.editions]
    intake = with_criteria_table(first.intake, first.scoring, tables)
    complete = [
        replace(e, intake=intake, digest=digest, factors_digest=factors_digest)
        for e in (first, *first.editions)
    ]
    first = replace(complete[0], editions=tuple(complete[1:]))
    first = replace(first, history=_history(folder, first, problems))
    for each in (first, *first.editions):
        problems += [] if problems else check_pack(each, folder.name)
    for each in (first, *first.editions):
        problems += [] if problems else check_verification(each, folder.name)
    problems += [] if problems else check_correspondence(first)
    if problems:
        raise PackError(folder.name, list(dict.fromkeys(problems)))
    complete = [replace(e, history=first.history, first=first) for e in first.editions]
    return replace(first, editions=tuple(complete))


def _families(folder: Path, problems: list[str]) -> dict[str, t.FactorFamily]:
    reader = _Reader(folder, prefix="_factors/")
    families = [reader.record(p.name, t.FactorFamily) for p in sorted(folder.glob("*.yaml"))]
    problems += reader.problems
    return {f.family: computed(f, problems) for f in families if f is not None}


def _edition(
    chain: tuple[Path, ...],
    over: tuple[Path, ...],
    families: dict[str, t.FactorFamily],
    problems: list[str],
) -> t.Standard | None:
    """One edition: the pack over its bases, or (`over`) a later edition over those; None when it cannot be read."""
    folder = (*over, *chain)[0]
    reader = _over((*over, *chain), len(over))
    for each in over:
        problems += shared_files(each)
    identity = reader.record("standard.yaml", t.Identity)
    intake = reader.record("intake.yaml", t.IntakeSchema)
    indicators = reader.record("indicators.yaml", t.IndicatorSet)
    scoring = reader.optional("scoring.yaml", t.Scoring, t.Scoring())
    verification = reader.optional(VERIFICATION, t.VerificationPack)
    errata = reader.records("errata.yaml", _ErrataFile, "errata", optional=True)
    answers = reader.records("correspondence.yaml", _CorrespondenceFile, "correspondences", optional=True)
    case_files = [
        reader.records(f"cases/{p.name}", _CaseFile, "cases")
        for p in sorted((folder / "cases").glob("*.yaml"))
    ]
    problems += reader.problems
    if (
        intake is not None
        and not reader.has("scoring.yaml")
        and any(sheet.criteria for sheet in intake.sheets)
    ):
        problems.append("缺少文件 scoring.yaml")
        return None
    if reader.problems or identity is None or intake is None or indicators is None or scoring is None:
        return None
    if over and identity.edition != folder.name:
        problems.append(
            f"{FOLDER}/{folder.name}/standard.yaml：edition“{identity.edition}”应与文件夹名“{folder.name}”相同"
        )
    return t.Standard(
        identity=identity,
        intake=_resolved(intake, problems, Places(reader.places)),
        indicators=indicators,
        scoring=scoring,
        factors=families,
        errata=errata.errata if errata else (),
        cases=tuple(c for file in case_files if file for c in file.cases),
        digest="",
        factors_digest="",
        verification=_resolved_verification(verification, problems, Places(reader.places)),
        overrides=tuple(reader.overrides),
        folders=(*over, *chain),
        correspondences=answers.correspondences if answers else (),
        places=Places(reader.places),
    )


def _over(chain: tuple[Path, ...], editions: int = 0) -> _Reader:
    """The reader of a pack over its bases; faults in a base are named with its folder. `editions` of the first folders
    are those of a later edition."""
    reader: _Reader | None = None
    for at, folder in reversed(list(enumerate(chain))):
        prefix = f"{FOLDER}/{folder.name}/" if at < editions else "" if at == editions else f"{folder.name}/"
        reader = _Reader(folder, prefix, reader)
    assert reader is not None
    return reader


def _history(folder: Path, standard: t.Standard, problems: list[str]) -> tuple[t.Release, ...]:
    """The releases that CHANGELOG.md tells, where there is one."""
    path = folder / CHANGELOG
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        problems.append(f"{CHANGELOG}：不是 UTF-8 文本")
        return ()
    releases, found = read_history(text, standard.intake, standard.identity.pack_version)
    problems += found
    return releases


class _Reader:
    """Reads the files of one folder and gathers their faults."""

    def __init__(self, folder: Path, prefix: str = "", base: _Reader | None = None) -> None:
        self.folder = folder
        self.prefix = prefix
        self.base = base
        self.problems: list[str] = []
        self.overrides: list[Override] = []
        self.places: dict[Key, Place] = {}

    def record(self, name: str, cls: type[T]) -> T | None:
        """One record for a whole file."""
        value = self._read(name)
        self.places |= places_in(name, value)
        return None if value is None else self._bind(cls, value, name)

    def optional(self, name: str, cls: type[T], without: T | None = None) -> T | None:
        """One record for a whole file that a pack may leave out; `without` is what its absence means."""
        return self.record(name, cls) if self.has(name) else without

    def records(self, name: str, cls: type[T], key: str, optional: bool = False) -> T | None:
        """A file that is a list, bound to the single field `key` of `cls`."""
        if optional and not self.has(name):
            return None
        value = self._read(name)
        if value is None:
            return None
        wrapped = Mapping_({key: value})
        wrapped.place = Place(self.prefix + name, 1)
        wrapped.places = {key: wrapped.place}
        self.places |= places_in(name, wrapped)
        return self._bind(cls, wrapped, name)

    def _bind(self, cls: type[T], value: object, name: str) -> T | None:
        binder = Binder()
        result = binder.record(cls, value, Place(self.prefix + name, 1))
        self.problems += binder.problems
        return result

    def has(self, name: str) -> bool:
        """Whether this pack or its base has the file."""
        return (self.folder / name).is_file() or (self.base is not None and self.base.has(name))

    def _read(self, name: str) -> object | None:
        """The content of a file, laid over that of the base; worked cases are a pack's own."""
        if self.base is None or name.startswith("cases/"):
            return self._own(name)
        inherited = self.base._read(name) if self.base.has(name) else None
        self.problems += [p for p in self.base.problems if p not in self.problems]
        if not (self.folder / name).is_file():
            return inherited
        own = self._own(name)
        if inherited is None or own is None:
            return own
        merger = Merger(self.prefix + name)
        merged: object = merger.merged(inherited, own)
        self.problems += merger.problems
        self.overrides += merger.overrides
        return merged

    def _own(self, name: str) -> object | None:
        path = self.folder / name
        if not path.is_file():
            self.problems.append(f"缺少文件 {self.prefix}{name}")
            return None
        try:
            value = read(path, self.prefix + name)
        except YamlError as error:
            self.problems += error.problems
            return None
        if value is None:
            self.problems.append(f"{self.prefix}{name} 是空的")
        if name == VERIFICATION and isinstance(value, Mapping_) and "over" in value:
            return self._over_shared(value)
        return value  # type: ignore[no-any-return]

    def _over_shared(self, own: Mapping_) -> object | None:
        """verification.yaml laid over the shared file that it names."""
        name = f"{SHARED}/{own['over']}.yaml"
        beside = (self.folder.parent, standards_folder())
        path = next(
            (p for f in beside if (p := f / SHARED / f"{own['over']}.yaml").is_file()), beside[0] / name
        )
        if not path.is_file():
            self.problems.append(f"{own.places['over']}：{name} 不存在")
            return None
        try:
            shared = read(path, name)
        except YamlError as error:
            self.problems += error.problems
            return None
        del own["over"]
        merger = Merger(self.prefix + VERIFICATION)
        merged: object = merger.merged(shared, own)
        self.problems += merger.problems
        return merged


def _resolved_verification(
    pack: t.VerificationPack | None, problems: list[str], places: Places
) -> t.VerificationPack | None:
    if pack is None:
        return None
    asked = t.IntakeSchema(pack.sheets, option_sets=pack.option_sets)
    return replace(pack, sheets=_resolved(asked, problems, places, "verification.yaml").sheets)


def _resolved(
    intake: t.IntakeSchema, problems: list[str], places: Places, file: str = "intake.yaml"
) -> t.IntakeSchema:
    """The schema with the names of option sets replaced by their words."""

    def resolve(field: t.Field, owner: str = "") -> t.Field:
        if isinstance(field.options, str):
            words = intake.option_sets.get(field.options)
            if words is None:
                name = f"{owner}.{field.id}" if owner else field.id
                at = places.at(file, "columns" if owner else "fields", name)
                known = "、".join(intake.option_sets) or "（没有）"
                problems.append(
                    f"{at}：填报项“{field.id}”的选项组“{field.options}”不存在；option_sets 里有：{known}"
                )
                return field
            field = replace(field, options=words)
        common = {o: intake.option_aliases[o] for o in field.options if o in intake.option_aliases}
        return replace(field, option_aliases={**common, **field.option_aliases}) if common else field

    sheets = tuple(
        replace(
            sheet,
            fields=tuple(resolve(f) for f in sheet.fields),
            tables=tuple(
                replace(tb, columns=tuple(resolve(c, tb.id) for c in tb.columns)) for tb in sheet.tables
            ),
        )
        for sheet in intake.sheets
    )
    offered = {
        o for s in sheets for f in (*s.fields, *(c for tb in s.tables for c in tb.columns)) for o in f.choices
    }
    problems += [
        f"{file}：option_aliases 的“{o}”不是任何填报项的选项"
        for o in intake.option_aliases
        if o not in offered
    ]
    return replace(intake, sheets=sheets)
