"""What the commands over standard packs do: check, test, show, start a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from pipeline.cases import CaseResult, run_cases
from pipeline.files import write_bytes
from pipeline.findings import LvbaoError
from pipeline.quantity import plain
from pipeline.resources import find_standard
from pipeline.show import table_text
from pipeline.standard import Standard, load_standard
from pipeline.standard.catalogue import catalogue
from pipeline.standard.templates import template_path, templates_of
from pipeline.standard.types import STATUS_WORDS

FINE, FOUND = 0, 1
ACTIONS = {"added": "新增", "changed": "改动", "removed": "删除"}
MOST_LISTED = 20
TEMPLATES_WORDS = "报告模板的文本源（report_templates/*.md）"
MANY_ALIKE = 6
"""From so many on, things left behind for the same reason are listed in one line."""


def standard_check(name: str, standards: Path | None, *, strict: bool) -> int:
    """Loads a pack strictly, looks through it, runs its worked cases; `strict` forbids what is not finished."""
    pack = load_standard(find_standard(name, standards))
    seen = catalogue(pack)
    faults = [*seen.faults, *template_faults(pack)]
    failed, total = _run(pack)
    for fault in faults:
        click.echo(f"错误：{fault}")
    if len(faults) > len(seen.faults):
        click.echo(f"模板的错误改在文本源（.md）里，改完运行 lvbao template build {pack.folders[0]}")
    _list("分值合计不符", seen.sums, everything=strict)
    _list("没有用到的填报项、表和列", seen.unused, everything=strict)
    _list("由人评定而没有写理由的评价要素", seen.unjudged, everything=strict)
    _list("没有算例的指标和评价要素", seen.uncovered, everything=strict)
    _list("不是标准原文、有待核实的数据", seen.unverified, everything=strict)
    click.echo(
        f"{pack.id}：结构、单位、公式、分值、模板{'有误' if faults else '通过'}；"
        f"算例 {total - failed}/{total} 相符；待核实 {len(seen.unverified)} 项。"
    )
    unfinished = {
        "分值合计不符": seen.sums, "没有用到": seen.unused, "评定没有理由": seen.unjudged,
        "待核实": seen.unverified,
    }  # fmt: skip
    wanting = "、".join(f"{words} {len(lines)} 项" for words, lines in unfinished.items() if lines)
    if strict and wanting:
        click.echo(f"--strict 不通过：{wanting}。")
    return FOUND if failed or faults or (strict and wanting) else FINE


def template_faults(pack: Standard) -> Iterator[str]:
    """Names in the templates that no report of the pack can print."""
    from pipeline.report import Template
    from pipeline.verification.contract import report_shape

    for edition in (pack, *pack.editions):
        for report in edition.identity.reports:
            for name in templates_of(report):
                path = template_path(edition, name)
                if path.is_file():
                    faults = Template.from_bytes(path.read_bytes()).check(report_shape(edition, report.id))
                    yield from (f"模板 {name}：{fault}" for fault in faults)


def standard_test(name: str, standards: Path | None) -> int:
    """Runs the worked cases of a pack and tells what no case proves."""
    pack = load_standard(find_standard(name, standards))
    failed, total = _run(pack)
    _list("没有算例的指标和评价要素", catalogue(pack).uncovered, everything=True)
    click.echo(f"{pack.id}：算例 {total - failed}/{total} 相符。")
    return FOUND if failed else FINE


def _run(pack: Standard) -> tuple[int, int]:
    results: list[CaseResult] = list(run_cases(pack))
    failed = [r for r in results if r.problems]
    for result in failed:
        click.echo(f"算例“{result.case.name}”（{result.case.source}）不符：")
        for problem in result.problems:
            click.echo(f"  {problem}")
    return len(failed), len(results)


def _list(title: str, lines: Iterable[str], *, everything: bool) -> None:
    listed = list(lines)
    if not listed:
        return
    click.echo(f"{title}（{len(listed)} 项）：")
    for line in listed if everything else listed[:MOST_LISTED]:
        click.echo(f"  {line}")
    if not everything and len(listed) > MOST_LISTED:
        click.echo(f"  …… 另有 {len(listed) - MOST_LISTED} 项，加 --strict 全部列出")


def standard_show(name: str, standards: Path | None, *, merged: bool) -> None:
    """Prints the score table of a pack; `merged` tells where it departs from its base."""
    pack = load_standard(find_standard(name, standards))
    identity = pack.identity
    click.echo(f"{identity.number}《{identity.title}》 {identity.edition}（标准包 {identity.pack_version}）")
    if identity.base:
        click.echo(f"以 {identity.base} 为基础，改动 {len(pack.overrides)} 处")
    click.echo()
    rows = [
        (
            sub.title,
            criterion.id,
            criterion.clause,
            "/" if criterion.points is None else plain(criterion.points),
            criterion.method,
            criterion.indicator or "",
            STATUS_WORDS[criterion.points_status or criterion.status],
        )
        for _, sub in pack.scoring.subcategories
        for criterion in sub.criteria
    ]
    click.echo(table_text(("二级指标", "编号", "条款", "分值", "评分方法", "指标", "性质"), rows), nl=False)
    if merged:
        click.echo()
        changes = [(ACTIONS[o.action], o.path, "、".join(o.keys), o.place) for o in pack.overrides]
        click.echo(table_text(("与基础的差别", "位置", "改动的键", "写在"), changes), nl=False)


def standard_new(name: str, other: str | None, standards: Path | None, *, over: bool) -> None:
    """Starts a pack: from the skeleton, a copy of another one, or (`over`) a pack that stands over it."""
    from pipeline.new_standard import start

    folder = start(name, other, standards, over=over)
    where = f" --standards {standards}" if standards is not None else ""
    click.echo(f"已写入 {folder}：")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        click.echo(f"  {path.relative_to(folder).as_posix()}")
    click.echo(
        f"下一步：照 docs/add-a-standard.md 逐个文件改成你的标准，每改一处运行 lvbao standard check {name}{where}；\n"
        f"改了 {TEMPLATES_WORDS} 后运行 lvbao template build {folder}。"
    )


def _tell_left(left: Sequence[tuple[str, str]]) -> None:
    """What stayed behind: what needs thought in a table, what the other standard just does not ask in a few lines."""
    if not left:
        return
    reasons = Counter(reason for _, reason in left)
    single = [(what, reason) for what, reason in left if reasons[reason] < MANY_ALIKE]
    click.echo(f"没有转入 {len(left)} 项：")
    if single:
        click.echo(table_text(("填报项", "原因"), single), nl=False)
    for reason in (r for r, count in reasons.items() if count >= MANY_ALIKE):
        alike = [what for what, why in left if why == reason]
        click.echo(f"  {reason}（{len(alike)} 项）：{'、'.join(alike)}")


def convert(
    workbook: Path, target: str, output: Path, standard: str | None, standards: Path | None, *, force: bool
) -> None:
    """Writes the workbook of another standard with every field that both packs share."""
    from pipeline.deliver import Options, standard_for
    from pipeline.intake.blank import write_workbook
    from pipeline.intake.convert import converted, still_wanted
    from pipeline.intake.read import read_intake
    from pipeline.intake.reader import read_workbook

    if output.suffix.lower() != ".xlsx":
        raise LvbaoError(f"录入表的文件名应以 .xlsx 结尾，这里是 {output.name}")
    if output.exists() and not force:
        raise LvbaoError(f"{output} 已经存在，为免覆盖填好的数据没有写入；确要覆盖请加 --force。")
    source = standard_for(workbook, Options(standard, standards))
    pack = load_standard(find_standard(target, standards))
    intake, _ = read_intake(read_workbook(workbook), source)
    result = converted(intake, source, pack)
    write_bytes(output, write_workbook(pack, result.data))
    click.echo(f"转入 {len(result.moved)} 项：{'、'.join(result.moved) or '（无）'}")
    _tell_left(result.left)
    if result.checks:
        click.echo(f"转入而须核对的 {len(result.checks)} 项：")
        click.echo(table_text(("从哪里到哪里", "核对什么"), result.checks), nl=False)
    wanted = list(still_wanted(result, pack))
    if wanted:
        click.echo(f"还须填写 {sum(len(labels) for _, labels in wanted)} 项：")
        for sheet, labels in wanted:
            click.echo(f"  {sheet}：{'、'.join(labels)}")
    click.echo(f"已写入 {output}；请运行 lvbao check {output.name}，补填其余各项。")
