"""One engine in its own process: reads commands as lines of JSON, answers with the processor time it took.

`{"n": 3, "seed": 5, "out": "file"}` renders three documents from the data of seeds 5, 6, 7.
"""

from __future__ import annotations

import gc
import io
import json
import resource
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import workload

Render = Callable[[dict[str, Any]], bytes]


def docxtpl(template: bytes) -> Render:
    """A new object for each document, as its documentation does."""
    from docxtpl import DocxTemplate

    def render(data: dict[str, Any]) -> bytes:
        opened = DocxTemplate(io.BytesIO(template))
        opened.render(data, autoescape=True)
        buffer = io.BytesIO()
        opened.save(buffer)
        return buffer.getvalue()

    return render


def docxtpl_repaired(template: bytes) -> Render:
    """docxtpl with its quadratic `map_tree` repaired: the old body is emptied before it is replaced."""
    from docxtpl import DocxTemplate

    def map_tree(self: Any, tree: Any) -> None:
        root = self.docx._element
        del root.body[:]
        root.replace(root.body, tree)

    DocxTemplate.map_tree = map_tree
    return docxtpl(template)


def mailmerge(template: bytes) -> Render:
    """docx-mailmerge2; it knows no groups, so the score table is flat and nothing is merged."""
    from mailmerge import MailMerge

    def render(data: dict[str, Any]) -> bytes:
        flat = workload.flat_data(data)
        buffer = io.BytesIO()
        with MailMerge(io.BytesIO(template)) as document:
            document.merge(**{k: v for k, v in flat.items() if isinstance(v, str)})
            for table in range(20):
                name = f"t{table:02d}"
                document.merge_rows(
                    f"{name}_a", [{f"{name}_{k}": v for k, v in row.items()} for row in data[name]]
                )
            document.merge_rows("flat_w", [{f"flat_{k}": v for k, v in row.items()} for row in flat["flat"]])
            document.write(buffer)
        return buffer.getvalue()

    return render


def rezip(template: bytes) -> Render:
    """No merge at all: every member unpacked and packed again."""

    def render(_data: dict[str, Any]) -> bytes:
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(template)) as old,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for info in old.infolist():
                new.writestr(info, old.read(info))
        return buffer.getvalue()

    return render


def lvbao(codec: str) -> Callable[[bytes], Render]:
    """Our merge."""

    def made(template: bytes) -> Render:
        from pipeline.report.merge.engine import merger

        def render(data: dict[str, Any]) -> bytes:
            found, faults = merger(template)
            assert found is not None, faults
            merged, faults = found.merge(data, codec)
            assert merged is not None, faults
            return merged

        return render

    return made


ENGINES: dict[str, tuple[str, Callable[[bytes], Render]]] = {
    "docxtpl": ("docxtpl", docxtpl),
    "docxtpl-repaired": ("docxtpl", docxtpl_repaired),
    "mailmerge2": ("mergefield", mailmerge),
    "rezip": ("docxtpl", rezip),
    "lvbao": ("docxtpl", lvbao("zlib")),
    "lvbao-zlib-ng": ("docxtpl", lvbao("zlib-ng")),
    "lvbao-isal": ("docxtpl", lvbao("isal")),
}


def main() -> None:
    """Serve one engine; the second argument is the scale of the template."""
    dialect, make = ENGINES[sys.argv[1]]
    template = workload.template(dialect, float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)
    began = time.process_time()
    render = make(template)
    ready = time.process_time() - began
    for line in sys.stdin:
        order = json.loads(line)
        inputs = [workload.data(order["seed"] + at, order.get("rows", 120)) for at in range(order["n"])]
        gc.collect()
        times, size = [], 0
        for data in inputs:
            began = time.process_time()
            made = render(data)
            times.append(time.process_time() - began)
            size = len(made)
            if order.get("out"):
                Path(order["out"]).write_bytes(made)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            json.dumps({"times": times, "size": size, "peak": peak, "rss": _rss(), "ready": ready}),
            flush=True,
        )


def _rss() -> float:
    """Resident memory now, in MB (Linux; elsewhere the peak)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1_048_576


if __name__ == "__main__":
    main()
