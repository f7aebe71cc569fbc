"""The receipt of one report: what it was made from and how it was asked for; inside the report and beside it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipeline.findings import LvbaoError
from pipeline.receipt import Receipt
from pipeline.report.errors import PackageError
from pipeline.report.layout import libreoffice
from pipeline.report.ooxml import clean_text, parse
from pipeline.report.package import embedded, read_package

NAMESPACE: Final = "urn:lvbao:receipt:1"
SCHEMA: Final = "lvbao-receipt/1"
ENDING: Final = ".凭据.json"
_PLAIN: Final = tuple(f.name for f in fields(Receipt) if f.name != "evidence_sha256")
_XML_NAMES: Final = {"version": "lvbao-version"}
_ESCAPED: Final = (
    ("&", "&amp;"),
    (">", "&gt;"),
    ("<", "&lt;"),
    ("\n", "&#10;"),
    ("\r", "&#13;"),
    ("\t", "&#9;"),
)
_OPTIONAL: Final = ("verification", "verification_sha256")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `form` is the official form ("" where the report has none)."""

    report: str
    form: str = ""
    page_numbers: bool = True


@dataclass(frozen=True, slots=True)
class ReportReceipt:
    """The inputs of a report, what was asked, and whether errors made a draft of it."""

    inputs: Receipt
    asked: Asked
    draft: bool = False

    def to_xml(self) -> bytes:
        """The part that travels inside the report."""
        pairs: list[tuple[str, str]] = []
        for name in _PLAIN:
            value = getattr(self.inputs, name) or ""
            if value or name not in _OPTIONAL:
                pairs.append((_xml_name(name), value))
        pairs += [
            ("report", self.asked.report),
            ("form", self.asked.form),
            ("page-numbers", "yes" if self.asked.page_numbers else "no"),
            ("draft", "yes" if self.draft else "no"),
        ]
        attributes = " ".join(f"{name}={_quoted(clean_text(value))}" for name, value in pairs)
        evidence = "".join(
            f"<evidence file={_quoted(clean_text(file))} sha256={_quoted(digest)}/>"
            for file, digest in self.inputs.evidence_sha256
        )
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<receipt xmlns="{NAMESPACE}" {attributes}>{evidence}</receipt>'
        return text.encode("utf-8")

    def to_json(self, docx: bytes) -> bytes:
        """The file that lies beside the report; it holds the hash of the report too."""
        record = {
            "schema": SCHEMA,
            "sha256": hashlib.sha256(docx).hexdigest(),
            "report": self.asked.report,
            "form": self.asked.form,
            "draft": self.draft,
            "page_numbers": self.asked.page_numbers,
            "layout": layout_engine() if self.asked.page_numbers else "",
            "inputs": asdict(self.inputs),
        }
        return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _quoted(text: str) -> str:
    """An attribute's value in quotation marks, as `xml.sax.saxutils.quoteattr` writes it: that module brings everything
    along that talks to a network."""
    for sign, written in _ESCAPED:
        text = text.replace(sign, written)
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', "&quot;") + '"'


def receipt_name(report_file: str) -> str:
    """`自评价报告.凭据.json` for `自评价报告.docx`."""
    return str(Path(report_file).with_suffix(ENDING))


def recorded_digest(report: Path) -> str | None:
    """The hash of a report as the receipt beside it tells; None without a readable receipt."""
    record = receipt_beside(report)
    found = record.get("sha256") if record else None
    return found if isinstance(found, str) else None


def receipt_beside(report: Path) -> dict[str, Any] | None:
    """The receipt that lies beside a report; None when there is none or it is none of ours."""
    try:
        record = json.loads((report.parent / receipt_name(report.name)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("schema") == SCHEMA else None


def receipt_inside(docx: bytes) -> ReportReceipt:
    """The receipt that travels inside a report. Raises LvbaoError for a file without one."""
    try:
        xml = embedded(read_package(docx), "receipt")
    except PackageError as error:
        raise LvbaoError(str(error)) from None
    if xml is None:
        raise LvbaoError("文件里没有凭据，不是由 lvbao 生成的报告（或凭据已被删去）。")
    root = parse(xml, "receipt")
    given = {_field(str(name)): str(value) for name, value in root.attrib.items()}
    evidence = tuple((str(n.get("file", "")), str(n.get("sha256", ""))) for n in root)
    inputs = Receipt(
        **{name: given.get(name, "") for name in _PLAIN if name != "evaluation_date"},
        evaluation_date=given.get("evaluation_date") or None,
        evidence_sha256=evidence,
    )
    asked = Asked(given.get("report", ""), given.get("form", ""), given.get("page_numbers") != "no")
    return ReportReceipt(inputs, asked, given.get("draft") == "yes")


def _xml_name(name: str) -> str:
    return _XML_NAMES.get(name, name.replace("_", "-"))


def _field(name: str) -> str:
    back = {v: k for k, v in _XML_NAMES.items()}
    return back.get(name, name.replace("-", "_"))


@cache
def layout_engine() -> str:
    """The program that gives page numbers, with its build; "" when it is not installed."""
    program = libreoffice()
    if program is None:
        return ""
    try:
        text = (Path(program).resolve().parent / "versionrc").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "LibreOffice"
    build = re.search(r"^buildid=(\S+)", text, re.M)
    series = re.search(r"^UpdateID=\w*?_(\d+)_", text, re.M)
    return " ".join(["LibreOffice", *(m.group(1) for m in (series, build) if m)])
