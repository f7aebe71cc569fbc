"""What the commands do: call the library, print, and say the exit code. Imported by `cli` when a command runs."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.clients import VERIFICATION_NAME, client_of
from pipeline.deliver import DRAFT_MARK, Delivered, Options, deliver, report_of, standard_for
from pipeline.evaluate import evaluate
from pipeline.evaluation import Evaluation
from pipeline.export import evaluation_record, findings_record, to_json
from pipeline.files import read_bytes, shown_name, write_bytes, write_text
from pipeline.findings import LvbaoError, Severity
from pipeline.kept import original_name
from pipeline.resources import find_standard, report_templates_folder, standard_ids, standards_folder
from pipeline.show import findings_text, printable, table_text
from pipeline.standard import Standard, load_standard
from pipeline.targets import refuse_inputs

if TYPE_CHECKING:
    from pipeline.verification.verify import Verification

FINE, FOUND = 0, 1
LISTED = 20
"""Most lines of a list on the terminal that also stands in a file."""
REFUSED = "有错误，没有生成正式报告。改正后再运行；要先看草稿请加 --draft。"
KEPT = (
    "注意：{kept} 生成后有人改过（或不是本程序生成的），没有覆盖；新报告另存为 {new}。"
    "要保留其中人工改写的文字，请用 lvbao refresh 更新；不再需要时请删去或改名后重新运行。"
)
STALE = "核查表已过期：录入表在核查之后改动过，没有生成报告，草稿也不生成。"


def new_workbook(
    standard: str | None, output: Path | None, data: Path | None, standards: Path | None, *, force: bool
) -> None:
    """Writes a blank or filled intake workbook."""
    from pipeline.intake.blank import write_workbook
    from pipeline.intake.data_file import read_data

    if standard is None:
        raise LvbaoError(
            f"请写明标准包，如 lvbao new {next(iter(standard_ids(standards)), 'ID')} -o 录入表.xlsx"
        )
    pack = load_standard(find_standard(standard, standards))
    target = output or Path("录入表.xlsx")
    if target.suffix.lower() != ".xlsx":
        raise LvbaoError(f"录入表的文件名应以 .xlsx 结尾，这里是 {target.name}")
    if target.exists() and not force:
        raise LvbaoError(f"{target} 已经存在，为免覆盖填好的数据没有写入；确要覆盖请加 --force。")
    write_bytes(target, write_workbook(pack, read_data(data, pack) if data else None))
    click.echo(f"已写入 {target}")


def new_all(target: Path, standards: Path | None, *, only_check: bool) -> None:
    """Writes the blank workbook of every pack, or tells which are stale."""
    from pipeline.intake.blank import generate_templates

    stale = generate_templates(standards or standards_folder(), target, check=only_check)
    if only_check and stale:
        for what, those in (
            ("过期的空白录入表", [p.name for p in stale if p.exists()]),
            ("还没有生成的空白录入表", [p.name for p in stale if not p.exists()]),
        ):
            if those:
                click.echo(f"{what}：{'、'.join(those)}；请运行 lvbao new --all", err=True)
        sys.exit(FOUND)
    for path in stale:
        click.echo(f"已写入 {path}")
    if not stale:
        click.echo("空白录入表都是最新的。")


def check(
    workbook: Path,
    standard: str | None,
    standards: Path | None,
    *,
    as_json: bool,
    annotated: Path | None = None,
    page: Path | None = None,
) -> int:
    """Prints all findings of a workbook; writes the annotated workbook and the page where they are asked for."""
    evaluation = evaluate(workbook, standard_for(workbook, Options(standard, standards)))
    if as_json:
        click.echo(
            to_json({"findings": findings_record((*evaluation.findings, *evaluation.on_trial))}), nl=False
        )
    else:
        click.echo(findings_text(evaluation.findings, shown_name(workbook)), nl=False)
    if annotated is not None:
        _annotate(workbook, evaluation, annotated, to_stderr=as_json)
    if page is not None:
        _page(workbook, evaluation, page, to_stderr=as_json)
    return FINE if evaluation.is_final else FOUND


def _annotate(workbook: Path, evaluation: Evaluation, target: Path, *, to_stderr: bool) -> None:
    from pipeline.annotated import annotate, save_annotated
    from pipeline.intake.reader import read_workbook

    annotated = annotate(read_workbook(workbook), evaluation, workbook.parent)
    save_annotated(annotated, workbook, target)
    click.echo(f"\n已写入批注文件 {target}：可直接在其中改正，保存后再检查。", err=to_stderr)
    if annotated.left:
        click.echo(f"没有带入批注文件的内容有 {len(annotated.left)} 处，请核对：", err=to_stderr)
    for left in annotated.left[:LISTED]:
        click.echo(f"  {printable(str(left))}", err=to_stderr)
    if len(annotated.left) > LISTED:
        click.echo(f"  其余 {len(annotated.left) - LISTED} 处见批注文件的“校验结果”表。", err=to_stderr)


def _page(workbook: Path, evaluation: Evaluation, target: Path, *, to_stderr: bool) -> None:
    from pipeline.findings_page import findings_page

    identity = evaluation.standard.identity
    text = findings_page(evaluation.findings, workbook.name, f"{identity.number} {identity.title}")
    write_text(target, text)
    click.echo(f"已写入网页 {target}", err=to_stderr)


def migrate(
    workbook: Path,
    output: Path,
    year: int | None,
    report: Path | None,
    standard: str | None,
    standards: Path | None,
    *,
    force: bool,
) -> None:
    """Writes the workbook of the present version and of a later year, and says what became of every answer."""
    from pipeline import migrate as migration
    from pipeline.intake.reader import read_workbook

    if output.suffix.lower() != ".xlsx":
        raise LvbaoError(f"录入表的文件名应以 .xlsx 结尾，这里是 {output.name}")
    if output.exists() and not force:
        raise LvbaoError(f"{output} 已经存在，为免覆盖填好的数据没有写入；确要覆盖请加 --force。")
    pack = standard_for(workbook, Options(standard, standards))
    migrated = migration.migrate(read_workbook(workbook), pack, year)
    write_bytes(output, migrated.content)
    click.echo(f"已写入 {output}")
    for line in migration.heading(migrated):
        click.echo(f"  {line}")
    if migrated.added:
        click.echo(f"新增的填报项：{printable('、'.join(migrated.added))}")
    lines = migration.not_carried(migrated)
    if lines:
        click.echo("没有带入的内容，请核对：")
    for line in lines[:LISTED]:
        click.echo(f"  {printable(line)}")
    if len(lines) > LISTED:
        click.echo(f"  另有 {len(lines) - LISTED} 处，见 --report 写出的报告。")
    if report is not None:
        write_text(report, migration.report(migrated))
        click.echo(f"已写入转入报告 {report}")


def run(workbook: Path, output: Path | None, json_target: str | None, options: Options) -> int:
    """Evaluates one workbook: JSON, report, or both."""
    if output is None and json_target is None:
        raise LvbaoError("请用 -o 写明结果文件夹，或用 --json 输出评价结果。")
    evaluation: Evaluation | None = None
    verification: Verification | None = None
    if output is not None:
        client = client_of(workbook)
        delivered = deliver(workbook, output / client.name, options)
        evaluation, verification = delivered.evaluation, delivered.verification
        _tell(workbook, delivered, output / client.name, to_stderr=json_target == "-")
    if json_target is not None:
        if evaluation is None and options.verification is not None:
            from pipeline.verification.verify import verify

            verification = verify(workbook, options.verification, standard_for(workbook, options))
            evaluation = verification.evaluation
        evaluation = evaluation or evaluate(workbook, standard_for(workbook, options))
        text = to_json(_record(evaluation, verification))
        if json_target == "-":
            click.echo(text, nl=False)
        else:
            write_text(Path(json_target), text)
            click.echo(f"已写入 {json_target}")
    assert evaluation is not None
    return FINE if evaluation.is_final else FOUND


def _record(evaluation: Evaluation, verification: Verification | None) -> dict[str, Any]:
    if verification is None:
        return evaluation_record(evaluation)
    from pipeline.verification.export import verified_record

    return verified_record(verification)


def is_stale(delivered: Delivered) -> bool:
    """Whether the report was refused because the verification sheet is stale."""
    return delivered.verification is not None and delivered.verification.stale


def verify_sheet(
    workbook: Path,
    output: Path | None,
    data: Path | None,
    older: Path | None,
    options: Options,
    *,
    force: bool,
) -> int:
    """Writes the verification sheet of a workbook."""
    from pipeline.verification.sheet import write_sheet

    target = output or workbook.with_name(VERIFICATION_NAME)
    refuse_inputs([p for p in (workbook, data, older) if p is not None], [target])
    if target.suffix.lower() != ".xlsx":
        raise LvbaoError(f"核查表的文件名应以 .xlsx 结尾，这里是 {target.name}")
    if data is not None and older is not None:
        raise LvbaoError("--data 和 --from 只能用一个。")
    if target.exists() and not force:
        raise LvbaoError(f"{target} 已经存在，为免覆盖填好的核查结果没有写入；确要覆盖请加 --force。")
    if not workbook.is_file():
        raise LvbaoError(f"找不到文件 {workbook}")
    evaluation = evaluate(workbook, standard_for(workbook, options))
    written = write_sheet(evaluation, data, older)
    write_bytes(target, written.content)
    errors = sum(f.severity is Severity.ERROR for f in evaluation.findings)
    click.echo(f"已写入 {target}")
    if errors:
        click.echo(
            f"注意：录入表还有 {errors} 处错误（lvbao check 可列出）；改正后要重新生成核查表。", err=True
        )
    if written.dropped:
        click.echo("申报有变化、须重新核查的：" + "、".join(written.dropped))
    return FINE


def _tell(workbook: Path, delivered: Delivered, folder: Path, *, to_stderr: bool) -> None:
    evaluation = delivered.evaluation
    if evaluation.findings:
        click.echo(findings_text(evaluation.findings, shown_name(workbook)), err=to_stderr)
    if delivered.path is None:
        click.echo(STALE if is_stale(delivered) else REFUSED, err=True)
        _warn_of_older(folder, None)
        return
    kind = "草稿" if delivered.draft else "报告"
    click.echo(f"已生成{kind}：{delivered.path}", err=to_stderr)
    if delivered.kept is not None:
        click.echo(KEPT.format(kept=delivered.kept.name, new=delivered.path.name), err=True)
    for note in delivered.notes:
        click.echo(f"说明：{note}", err=to_stderr)
    _warn_of_older(folder, delivered.path)


def _warn_of_older(folder: Path, new: Path | None) -> None:
    """Tells of reports in the folder that are not of this run: they stay, but may not fit its data."""
    older = [p.name for p in sorted(folder.glob("*.docx")) if new is None or _is_older(p.name, new.name)]
    if older:
        click.echo(f"注意：{folder} 中的 {'、'.join(older)} 是以前生成的，与本次数据可能不符。", err=True)


def _is_older(name: str, new: str) -> bool:
    """Whether it is another draft or final of the same report (reports of another kind are of their own run)."""
    plain, ours = original_name(name), original_name(new)
    return plain != ours and plain.replace(DRAFT_MARK, "") == ours.replace(DRAFT_MARK, "")


# -- templates and packs ------------------------------------------------------------------------------------
def template_build(source: Path | None, output: Path | None, *, only_check: bool) -> int:
    """Builds Word templates from their text sources: all shipped ones, those of a pack's folder, or one."""
    from pipeline.new_standard import SKELETON, TEMPLATES, sources_in
    from pipeline.report import build_template

    if output is not None and source is None:
        raise LvbaoError("用 -o 时请写明文本源，如 lvbao template build 报告.md -o 模板.docx")
    root = report_templates_folder()
    if output is not None and source is not None and source.is_dir():
        raise LvbaoError("处理文件夹时不用 -o，模板写在各文本源旁边。")
    shipped = [*root.glob("[!_]*/*.md"), *(standards_folder() / SKELETON / TEMPLATES).glob("*.md")]
    sources = sorted(shipped) if source is None else [source]
    if source is not None and source.is_dir():
        sources = list(sources_in(source))
    stale: list[Path] = []
    for each in sources:
        target = output or each.with_suffix(".docx")
        if target.suffix.lower() != ".docx":
            raise LvbaoError(f"模板的文件名应以 .docx 结尾，这里是 {target.name}")
        if not each.is_file():
            raise LvbaoError(f"找不到文本源 {each}")
        content = build_template(each, root / "_house")
        if target.is_file() and target.read_bytes() == content:
            continue
        stale.append(target)
        if not only_check:
            write_bytes(target, content)
            click.echo(f"已写入 {target}")
    if only_check and stale:
        click.echo(
            "过期的模板：" + "、".join(str(p) for p in stale) + "；请运行 lvbao template build", err=True
        )
        return FOUND
    if not stale:
        click.echo("模板都是最新的。")
    return FINE


def edition_of_template(pack: Standard, file: Path) -> Standard:
    """The edition of the pack that has a report with this template; the first one when none has."""
    return next((e for e in (pack, *pack.editions) if report_named_after(e, file) is not None), pack)


def report_named_after(pack: Standard, file: Path) -> str | None:
    """The report whose shipped template has this file's name; None when there is none."""
    shipped = {
        Path(t).stem: r.id for r in pack.identity.reports for t in (r.template, *r.forms.values()) if t
    }
    return shipped.get(file.stem)


def template_check(
    file: Path,
    standard: str,
    standards: Path | None,
    annotated: Path | None,
    *,
    unused: bool,
    report: str | None = None,
) -> int:
    """Checks a template against everything a report of the pack may print.

    `annotated` is where a copy with the faults as Word comments is written; `unused` lists the names that the
    template never uses; `report` is the kind of report, by default that whose template has the file's name.
    """
    from pipeline.report import Template, annotate
    from pipeline.verification.contract import report_shape

    if annotated is not None and annotated.suffix.lower() != ".docx":
        raise LvbaoError(f"带批注的文件名应以 .docx 结尾，这里是 {annotated.name}")
    pack = edition_of_template(load_standard(find_standard(standard, standards)), file)
    name = report_of(pack, report).id if report else report_named_after(pack, file)
    content = read_bytes(file, "模板")
    try:
        template = Template.from_bytes(content)
    except LvbaoError as error:
        raise LvbaoError(f"{file.name}：{error}") from None
    shape = report_shape(pack, name)
    faults = template.check(shape)
    for fault in faults:
        click.echo(f"  {fault}")
    click.echo(f"{file.name}：{len(faults)} 处错误" if faults else f"{file.name}：全部通过。")
    idle = sorted(template.unused_names(shape))
    if idle:
        groups = Counter(name.split(".")[0] for name in idle)
        listed = "，".join(f"{group} {count}" for group, count in sorted(groups.items()))
        click.echo(
            f"说明：有 {len(idle)} 个名称模板没有用到（{listed}），不影响使用"
            + ("：" if unused else "；加 --unused 列出。")
        )
        for name in idle if unused else ():
            click.echo(f"  {name}")
    if annotated is not None and faults:
        write_bytes(annotated, annotate(content, faults))
        click.echo(f"已写入 {annotated}，错误写成了批注。")
    elif annotated is not None:
        click.echo(f"没有错误，没有写 {annotated}。")
    return FOUND if faults else FINE


def standard_list(standards: Path | None) -> None:
    """Prints the packs at hand."""
    rows = []
    for name in standard_ids(standards):
        pack = load_standard(find_standard(name, standards))
        identity = pack.identity
        editions = "、".join(e.identity.edition for e in (pack, *pack.editions))
        rows.append((name, identity.number, identity.title, editions, identity.pack_version))
    click.echo(table_text(("名称", "标准号", "标题", "版次", "标准包版本"), rows), nl=False)
