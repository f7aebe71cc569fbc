"""Two independent validators find nothing in what we make, plain or draft."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest

from pipeline.report import build_template, render_report
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


@pytest.mark.skipif(which("openxml-audit") is None, reason="openxml-audit (PyPI) is not installed")
def test_openxml_audit_finds_nothing(delivered: Path) -> None:
    done = subprocess.run(
        ["openxml-audit", str(delivered)], capture_output=True, text=True, timeout=120, check=False
    )
    assert "Errors: 0" in done.stdout, done.stdout
    assert "no findings" in done.stdout, done.stdout


@pytest.mark.skipif(which("ooxml-validator") is None, reason="ooxml-validator (npm @xarsh) is not installed")
def test_the_open_xml_sdk_finds_nothing(delivered: Path) -> None:
    done = subprocess.run(
        ["ooxml-validator", str(delivered)], capture_output=True, text=True, timeout=120, check=False
    )
    assert json.loads(done.stdout)["errors"] == [], done.stdout
