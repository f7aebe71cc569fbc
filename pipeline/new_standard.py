"""Starting a pack: from the skeleton, as a copy of another one with its report templates, or over another one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.files import write_bytes
from pipeline.findings import LvbaoError
from pipeline.report import build_template
from pipeline.resources import find_standard, own_folder, report_templates_folder, standards_folder
from pipeline.standard import Standard, load_standard
from pipeline.standard.templates import template_path, templates_of

SKELETON: Final = "_skeleton"
TEMPLATES: Final = "report_templates"
"""The folder of a pack's own templates, below the pack."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CHANGELOG: Final = "# 标准包的变更\n\n## 0.1.0\n\n新建{of}。\n"


def start(name: str, other: str | None, standards: Path | None, *, over: bool) -> Path:
    """Writes the folder of a new pack and gives it; what is written loads as it is. Raises LvbaoError."""
    if not _NAME.fullmatch(name):
        raise LvbaoError(f"标准包的名称“{name}”只能用小写字母、数字、- 和 _，以字母或数字开头。")
    if over and other is None:
        raise LvbaoError("--over 要同时写 --from 蓝本。")
    target = own_folder(standards) / name
    if target.exists():
        raise LvbaoError(f"{target} 已经存在，请换一个名称。")
    aside = target.with_name(f".{name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        _write(aside, name, other, standards, over=over)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    load_standard(target)
    return target


def _write(folder: Path, name: str, other: str | None, standards: Path | None, *, over: bool) -> None:
    source = find_standard(other, standards) if other else standards_folder() / SKELETON
    pack = load_standard(source)
    if over:
        folder.mkdir(parents=True)
        text = f'id: {name}\nbase: {pack.id}\ntitle: {pack.identity.title}\npack_version: "0.1.0"\n'
        (folder / "standard.yaml").write_text(text, encoding="utf-8")
        return
    shutil.copytree(source, folder)
    _identity(folder / "standard.yaml", name)
    of = f"，以 {pack.id} {pack.identity.pack_version} 为蓝本" if other else ""
    (folder / "CHANGELOG.md").write_text(_CHANGELOG.format(of=of), encoding="utf-8")
    for edition in (pack, *pack.editions):
        _templates(folder, edition, name)


def _identity(path: Path, name: str) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^id: .*$", f"id: {name}", text, count=1)
    text = re.sub(r"(?m)^pack_version: .*$", 'pack_version: "0.1.0"', text, count=1)
    path.write_text(text, encoding="utf-8")


def _templates(folder: Path, pack: Standard, name: str) -> None:
    """The text sources of the other pack's templates as the new pack's own, built."""
    files = [folder / "standard.yaml", *sorted(folder.glob("editions/*/standard.yaml"))]
    for template in (t for report in pack.identity.reports for t in templates_of(report)):
        source = template_path(pack, template).with_suffix(".md")
        if not source.is_file():
            continue
        target = folder / TEMPLATES / source.name
        target.parent.mkdir(exist_ok=True)
        text = re.sub(r"(?m)^standard: .*$", f"standard: {name}", source.read_text(encoding="utf-8"), count=1)
        target.write_text(text, encoding="utf-8")
        build(target)
        for path in files:
            own = f"{TEMPLATES}/{source.stem}.docx"
            path.write_text(path.read_text(encoding="utf-8").replace(template, own), encoding="utf-8")


def build(source: Path, target: Path | None = None) -> bytes:
    """Builds a template from its text source, beside it unless a target is given; gives its bytes."""
    content = build_template(source, report_templates_folder() / "_house")
    write_bytes(target or source.with_suffix(".docx"), content)
    return content


def sources_in(folder: Path) -> Iterator[Path]:
    """The text sources of the templates of a pack's folder. Raises LvbaoError when there are none."""
    found = sorted((folder / TEMPLATES).glob("*.md")) or sorted(folder.glob("[!A-Z_]*.md"))
    if not found:
        raise LvbaoError(f"{folder} 中没有报告模板的文本源（{TEMPLATES}/*.md）。")
    yield from found
