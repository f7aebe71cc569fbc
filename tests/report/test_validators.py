"""Two independent validators find nothing in what we make, plain or draft."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.report import build_template, render_report
from tests.programs import audit_findings, needs_audit, needs_sdk, sdk_findings
from tests.report.chart_fixtures import every_kind
from tests.report.sample_context import sample_context
from tests.report.test_pictures import finished, rendered
from tests.report.word_fixtures import HOUSE, SAMPLE, built


def with_every_chart(folder: Path) -> bytes | None:
    """A report with one chart of every kind."""
    charts = every_kind()
    source = "# 图\n\n" + "".join(f'::: chart id="{id_}" caption="{id_}"\n\n' for id_ in charts)
    context = {"charts": dict.fromkeys(charts, True)}
    return render_report(built(source, folder), context, page_numbers=False, charts=charts).docx


@pytest.fixture(scope="module", params=["template", "final", "draft", "charts", "pictures"])
def delivered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file on disk: the built template, a report, a draft, a report with pictures."""
    data: bytes | None = build_template(SAMPLE, HOUSE)
    if request.param == "pictures":
        data = finished(rendered(tmp_path_factory.mktemp("source")))
    elif request.param != "template":
        assert data is not None
        data = render_report(
            data,
            sample_context(),
            draft=request.param == "draft",
            receipt_xml=b"<receipt xmlns='urn:lvbao:receipt'/>",
            page_numbers=False,
        ).docx
    if request.param == "charts":
        data = with_every_chart(tmp_path_factory.mktemp("source"))
    assert data is not None
    path = tmp_path_factory.mktemp("delivered") / f"{request.param}.docx"
    path.write_bytes(data)
    return path


@needs_audit
def test_openxml_audit_finds_nothing(delivered: Path) -> None:
    assert audit_findings(delivered) == []


@needs_sdk
def test_the_open_xml_sdk_finds_nothing(delivered: Path) -> None:
    assert sdk_findings(delivered) == []
