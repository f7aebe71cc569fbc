"""The context of evidence files: the pictures that a report shows."""

from __future__ import annotations

from typing import Any

from pipeline.evaluation import Evaluation


def pictures_context(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The evidence files that can be shown; `key` is what a paragraph of style lvPicture holds."""
    return [
        {
            "key": key,
            "number": file.number,
            "name": file.name,
            "file": file.file,
            "caption": f"{file.number}　{file.name}" + (f"（{file.remark}）" if file.remark else ""),
        }
        for key, file in evaluation.evidence.shown.items()
    ]
