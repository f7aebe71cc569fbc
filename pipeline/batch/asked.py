"""What is asked of a batch, looked at before anything is read: a slip of the pen would fail for every client."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.deliver import Options
from pipeline.files import read_bytes
from pipeline.findings import LvbaoError, nearest
from pipeline.forms import by_name, form_of, plain_name
from pipeline.report.errors import PackageError
from pipeline.resources import find_standard, standard_ids
from pipeline.standard import load_standard
from pipeline.standard.types import Report


def check_opens(template: Path) -> None:
    """Raises LvbaoError for a template that is no Word document: it would fail for every client."""
    from pipeline.report.template import Template  # the templates of packs are opened in the workers only

    try:
        Template.from_bytes(read_bytes(template, "模板"))
    except PackageError as error:
        raise LvbaoError(f"模板 {template} 不能用：{error}") from None


def check_asked(options: Options, reports: Iterable[str]) -> dict[str, str]:
    """The reports asked for, with what people call them; raises LvbaoError for a standard, report or form that no pack
    has: it would fail for every client."""
    wanted = list(reports)
    if not (wanted or options.standard or options.form):
        return {}
    ids = (options.standard,) if options.standard else standard_ids(options.standards_folder)
    packs = [load_standard(find_standard(name, options.standards_folder)) for name in ids]
    known: dict[str, list[Report]] = {}
    for report in (report for pack in packs for report in pack.identity.reports):
        known.setdefault(report.id, []).append(report)
    called = by_name(report for same in known.values() for report in same)
    for name in wanted:
        if name not in called:
            near = nearest(name, called)
            hint = f"是否为“{near}”？" if near else ""
            shown = "、".join(f"{id_}（{plain_name(same[0])}）" for id_, same in sorted(known.items()))
            raise LvbaoError(f"没有名为“{name}”的报告。{hint}现有：{shown}")
    names = dict.fromkeys(called[name] for name in wanted)
    if options.form:
        _check_form(options.form, [report for n in names or known for report in known[n]])
    several = len(names) > 1
    return {n: plain_name(known[n][0]) if several or known[n][0].verification else "" for n in names}


def _check_form(form: str, reports: Sequence[Report]) -> None:
    """Raises LvbaoError for a form that none of the reports has."""
    faults = []
    for report in reports:
        try:
            form_of(report, form)
            return
        except LvbaoError as error:
            faults += [error] if report.forms else []
    raise faults[0] if faults else LvbaoError("这些报告都只有一种格式，不用写 --form。")
