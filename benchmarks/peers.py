"""The engines we are measured against, installed into a folder of their own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = ("docxtpl==0.20.2", "docx-mailmerge2==1.0.3", "openpyxl==3.1.5", "Cerberus==1.3.8")
NODE = (
    "docxtemplater@3.71.0",
    "pizzip@3.2.0",
    "easy-template-x@7.2.8",
    "docx-templates@4.15.0",
    "carbone@3.8.2",
)


def peers(*, node: bool) -> Path:
    """The folder with the peers; installed once for each list of versions."""
    wanted = (*PYTHON, *(NODE if node else ()))
    name = hashlib.sha256(" ".join((*wanted, sys.version)).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"lvbao-peers-{name}"
    done = folder / "complete"
    if done.exists():
        return folder
    folder.mkdir(mode=0o700, exist_ok=True)
    print(f"installing peers into {folder} …", file=sys.stderr, flush=True)
    target = ["--target", str(folder / "python"), "--quiet", "--disable-pip-version-check", "--upgrade"]
    subprocess.run([sys.executable, "-m", "pip", "install", *target, *PYTHON], check=True)
    if node:
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), *NODE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    done.touch()
    return folder
