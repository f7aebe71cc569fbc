"""The measurements, one function a part; each prints a table and returns its ratios by name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import workload

HERE = Path(__file__).resolve().parent
NODE_ENGINES = {
    "docxtemplater": "mustache", "easy-template-x": "mustache", "docx-templates": "docx-templates", "carbone": "carbone",
}  # fmt: skip
OURS = ("lvbao", "lvbao-zlib-ng", "lvbao-isal")


@dataclass(frozen=True)
class Setup:
    """Where the peers lie, how many rounds, and the order of the engines within a round."""

    peers: Path
    rounds: int
    short: bool
    random: Random

    @property
    def environment(self) -> dict[str, str]:
        """Ours from the checkout, the peers from their folder."""
        path = [str(HERE.parent), str(HERE), str(self.peers / "python"), os.environ.get("PYTHONPATH", "")]
        cache = os.environ.get("LVBAO_CACHE", str(self.peers / "cache"))
        compiled = {
            k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
        }  # as when installed
        return compiled | {"PYTHONPATH": os.pathsep.join(filter(None, path)), "LVBAO_CACHE": cache}


class Engine:
    """A worker process."""

    def __init__(self, setup: Setup, name: str, *arguments: str, script: str = "worker.py") -> None:
        self.name = name
        self._node = name in NODE_ENGINES
        command = [sys.executable, str(HERE / script), name, *arguments]
        if self._node:
            self._folder = tempfile.TemporaryDirectory()
            file = Path(self._folder.name) / "template.docx"
            file.write_bytes(workload.template(NODE_ENGINES[name]))
            command = ["node", str(HERE / "worker.js"), name, str(setup.peers), str(file)]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, env=setup.environment, cwd=HERE, **pipes)

    def run(self, **order: Any) -> dict[str, Any]:
        """One order; raises RuntimeError when the engine has died."""
        if self._node:
            seeds = range(order["seed"], order["seed"] + order.pop("n"))
            order["inputs"] = [workload.flat_data(workload.data(seed)) for seed in seeds]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        while line and not line.startswith("{"):  # some engines print remarks
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} stopped")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def interleaved(setup: Setup, engines: Sequence[Engine], documents: dict[str, int]) -> dict[str, list[float]]:
    """Seconds a document by engine, one value a round; every round in another order."""
    found: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for number in range(setup.rounds):
        turn = list(engines)
        setup.random.shuffle(turn)
        for engine in turn:
            times = engine.run(n=documents.get(engine.name, 1), seed=number * 24)["times"]
            found[engine.name].append(median(times))
    return found


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """The median of the ratios within the rounds."""
    return median(a / b for a, b in zip(slow, fast, strict=True))


# -- merge ----------------------------------------------------------------------------------------------------
def merge(setup: Setup) -> dict[str, float]:
    """Warm merges of the same report; all texts are compared with docxtpl's first."""
    names = ["docxtpl", "docxtpl-repaired", "rezip", *OURS]
    names += [] if setup.short else ["mailmerge2", *NODE_ENGINES]
    engines = [Engine(setup, name) for name in names]
    texts = {}
    sizes = {}
    for engine in engines:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.docx"
            sizes[engine.name] = engine.run(n=1, seed=3, out=str(out))["size"] / 1000
            texts[engine.name] = _texts(out)
        engine.run(n=1, seed=4)  # warm
    for name, text in texts.items():
        if name != "rezip":
            _compare(name, text, texts["docxtpl"])
    found = interleaved(
        setup, engines, dict.fromkeys(OURS, 8) | {"rezip": 4, "carbone": 3, "docxtemplater": 3}
    )
    print(
        f"{'engine':20} {'ms median':>10} {'best':>8} {'x docxtpl':>10} {'min..max':>16} {'x repaired':>11} {'kB':>6}"
    )
    for name in sorted(found, key=lambda n: median(found[n])):
        own = found[name]
        pairs = [a / b for a, b in zip(found["docxtpl"], own, strict=True)]
        spread = f"{min(pairs):.1f}..{max(pairs):.1f}"
        print(
            f"{name:20} {median(own) * 1000:10.2f} {min(own) * 1000:8.2f} {median(pairs):10.2f} {spread:>16}"
            f" {ratio(found['docxtpl-repaired'], own):11.2f} {sizes[name]:6.0f}"
        )
    for engine in engines:
        engine.close()
    ratios = {}
    for name in OURS:
        ratios[f"merge: docxtpl / {name}"] = ratio(found["docxtpl"], found[name])
        ratios[f"merge: docxtpl-repaired / {name}"] = ratio(found["docxtpl-repaired"], found[name])
        ratios[f"merge: rezip / {name}"] = ratio(found["rezip"], found[name])
    others = [n for n in found if n not in (*OURS, "rezip", "docxtpl", "docxtpl-repaired")]
    if others:
        fastest = min(others, key=lambda n: median(found[n]))
        print(f"fastest peer: {fastest}")
        ratios |= {f"merge: fastest peer / {name}": ratio(found[fastest], found[name]) for name in OURS}
    return ratios


def _texts(file: Path) -> list[str]:
    """The visible text of each paragraph that has any."""
    with zipfile.ZipFile(file) as archive:
        xml = archive.read("word/document.xml").decode()
    found = ("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", p)) for p in re.split(r"</w:p>", xml))
    signs = (("&#34;", '"'), ("&quot;", '"'), ("&#39;", "'"), ("&apos;", "'"), ("&gt;", ">"))
    plain = []
    for text in found:
        for written, meant in signs:
            text = text.replace(written, meant)
        if text.strip():
            plain.append(text)
    return plain


def _compare(name: str, text: list[str], wanted: list[str]) -> None:
    same = text == wanted
    if not same and name not in ("mailmerge2", "carbone"):
        raise SystemExit(
            f"{name} gives another text than docxtpl: {len(text)} paragraphs against {len(wanted)}"
        )
    if not same:  # no merged cells there: the same words, flat
        print(f"{name}: {len(set(text) & set(wanted))} of {len(set(wanted))} different texts as docxtpl's")


# -- cold start -----------------------------------------------------------------------------------------------
_COLD = {
    "docxtpl": "from docxtpl import DocxTemplate; t = DocxTemplate(sys.argv[1]); t.render(data, autoescape=True); t.save(sys.argv[3])",
    "lvbao merge": "from pipeline.report.merge.engine import merge_template\n"
    "made, faults = merge_template(open(sys.argv[1], 'rb').read(), data); open(sys.argv[3], 'wb').write(made)",
}


def cold(setup: Setup) -> dict[str, float]:
    """A new process for one document, with the cache of compiled templates warm; and the first compile."""
    with tempfile.TemporaryDirectory() as folder:
        template, data = Path(folder) / "t.docx", Path(folder) / "d.json"
        template.write_bytes(workload.template())
        data.write_text(json.dumps(workload.data(1)))
        arguments = [str(template), str(data), str(Path(folder) / "o.docx")]
        commands = {
            name: [
                sys.executable,
                "-c",
                f"import sys, json; data = json.load(open(sys.argv[2]))\n{code}",
                *arguments,
            ]
            for name, code in _COLD.items()
        }
        book = next(HERE.parent.joinpath("samples").glob("01-*")) / "录入表.xlsx"
        bare = Path(folder) / "录入表.xlsx"
        bare.write_bytes(book.read_bytes())
        run = ["-m", "pipeline.cli", "run", str(bare), "-o", folder, "--no-page-numbers", "--draft"]
        commands["lvbao run"] = [sys.executable, "-c", "from pipeline.cli import main; main()", *run[2:]]
        commands["lvbao --help"] = [sys.executable, "-c", "from pipeline.cli import main; main()", "--help"]
        commands["import click"] = [sys.executable, "-c", "import click"]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _round in range((2 if setup.short else setup.rounds) + 1):
            for name, command in commands.items():
                times[name].append(_spent(command, setup.environment))
        times = {name: values[1:] for name, values in times.items()}
    for name, values in times.items():
        print(f"{name:20} {median(values) * 1000:8.0f} ms, best {min(values) * 1000:.0f}")
    return {
        "cold: docxtpl / lvbao merge": ratio(times["docxtpl"], times["lvbao merge"]),
        "cold: docxtpl / lvbao run": ratio(times["docxtpl"], times["lvbao run"]),
        "cold: import click / lvbao --help": ratio(times["import click"], times["lvbao --help"]),
    } | _first_compile(setup)


def _first_compile(setup: Setup) -> dict[str, float]:
    code = (
        "import io, time, workload\nfrom docxtpl import DocxTemplate\nfrom pipeline.report.merge import engine\n"
        "from pipeline.report.merge.compiler import Opened\nt, d = workload.template(), workload.data(1)\n"
        "def theirs():\n x = DocxTemplate(io.BytesIO(t)); x.render(d, autoescape=True); x.save(io.BytesIO())\n"
        "def ours():\n engine._mergers.clear(); return engine.merger(t)[0]\n"
        "def cpu(f):\n s = time.process_time(); f(); return time.process_time() - s\n"
        "theirs(); ours()\nprint([(cpu(theirs), cpu(ours)) for _ in range(ROUNDS)])"
    )
    code = code.replace("ROUNDS", str(setup.rounds))
    environment = setup.environment | {"LVBAO_CACHE": "off"}
    out = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=HERE, capture_output=True, text=True, check=True
    )
    pairs = json.loads(out.stdout.replace("(", "[").replace(")", "]"))
    found = median(theirs / ours for theirs, ours in pairs)
    print(
        f"first compile: {median(o for _t, o in pairs) * 1000:.0f} ms = {1 / found:.2f} of one docxtpl render"
    )
    return {"cold: docxtpl render / first compile": found}


def _spent(command: list[str], environment: dict[str, str]) -> float:
    """User and system time of a process and its children."""
    before = os.times()
    subprocess.run(
        command, env=environment, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


# -- growth and memory ----------------------------------------------------------------------------------------
def growth(setup: Setup) -> dict[str, float]:
    """A template four times as large; a table of more and more rows."""
    one, four = Engine(setup, "lvbao", "1"), Engine(setup, "lvbao", "4")
    one.run(n=2, seed=0)
    four.run(n=2, seed=0)
    times = {"1": list[float](), "4": list[float]()}
    rows: dict[int, list[float]] = {120: [], 480: [], 1920: [], 7680: []}
    for number in range(setup.rounds):
        times["1"].append(median(one.run(n=4, seed=number)["times"]))
        times["4"].append(median(four.run(n=4, seed=number)["times"]))
        for count in rows:
            rows[count].append(median(one.run(n=2, seed=number, rows=count)["times"]))
    one.close()
    four.close()
    larger = ratio(times["4"], times["1"])
    print(f"template x4: x{larger:.2f}")
    milliseconds = {count: median(values) * 1000 for count, values in rows.items()}
    print("rows: " + ", ".join(f"{count}: {ms:.1f} ms" for count, ms in milliseconds.items()))
    first = (milliseconds[1920] - milliseconds[120]) / 1800
    last = (milliseconds[7680] - milliseconds[1920]) / 5760
    print(f"per row: {first * 1000:.1f} µs up to 1920, {last * 1000:.1f} µs up to 7680")
    return {
        "growth: 4.4 / cost of a fourfold template": 4.4 / larger,
        "growth: early row / late row": first / last,
    }


def memory(setup: Setup) -> dict[str, float]:
    """A thousand documents in one process, one order each: time and memory at document 20 and at the end.

    The data come and go one by one, so that what is measured is the engine's own memory.
    """
    count = 300 if setup.short else 1000
    engine = Engine(setup, "lvbao")
    found = [engine.run(n=1, seed=number) for number in range(count)]
    engine.close()
    early = median(each["times"][0] for each in found[20:60])
    late = median(each["times"][0] for each in found[-40:])
    first, last = found[19]["rss"], found[-1]["rss"]
    print(f"document 20: {early * 1000:.2f} ms, {first:.1f} MB; {count}: {late * 1000:.2f} ms, {last:.1f} MB")
    print(f"peak {found[-1]['peak']:.0f} MB")
    return {
        "memory: MB at document 20 / at the end": first / last,
        "memory: time at document 20 / at the end": early / late,
    }


def workers(setup: Setup) -> dict[str, float]:
    """Two processes against one over the same documents, by the clock; one compile a worker."""
    count = 1000
    code = (
        "import sys, time, workload\nfrom concurrent.futures import ProcessPoolExecutor\nimport pool_task\n"
        "def run(jobs):\n"
        " with ProcessPoolExecutor(jobs) as pool:\n"
        "  list(pool.map(pool_task.one, range(jobs * 4), chunksize=1))\n"
        "  began = time.perf_counter(); pids = list(pool.map(pool_task.one, range(COUNT), chunksize=CHUNK))\n"
        "  spent = time.perf_counter() - began\n"
        " compiled = dict(pids)\n"
        " assert set(compiled.values()) == {1}, compiled\n"
        " return spent\n"
        "if __name__ == '__main__':\n print([(run(1), run(2)) for _ in range(3)])"
    )
    code = code.replace("COUNT", str(count)).replace("CHUNK", str(count // 16))
    out = subprocess.run(
        [sys.executable, "-c", code],
        env=setup.environment,
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = json.loads(out.stdout.replace("(", "[").replace(")", "]"))
    found = max(one / two for one, two in pairs)
    print(f"two workers: x{found:.2f} (best of {len(pairs)}: other programs share the processors)")
    return {"workers: two / one": found}


# -- reading and the whole way ---------------------------------------------------------------------------------------
def reading(setup: Setup) -> dict[str, float]:
    """Our reader against openpyxl on the intake workbook and on a ledger of 50,000 rows."""
    from reading import ledger

    sample = next(HERE.parent.joinpath("samples").glob("01-*")) / "录入表.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "ledger.xlsx"
        large.write_bytes(ledger())
        found = _scripted(setup, "reading.py", {"intake": str(sample)}, rounds=setup.rounds)
        return found | _scripted(
            setup, "reading.py", {"ledger": str(large)}, rounds=2 if setup.short else 5, warm=False
        )


def whole(setup: Setup) -> dict[str, float]:
    """From .xlsx bytes to .docx bytes: everything we do against openpyxl + cerberus + docxtpl on the same inputs."""
    return _scripted(setup, "whole.py", {"whole": "whole"}, rounds=3 if setup.short else setup.rounds)


def _scripted(
    setup: Setup, script: str, names: dict[str, str], rounds: int, *, warm: bool = True
) -> dict[str, float]:
    """A script called with ENGINE WHAT gives seconds; engines are run in turn, each in its own process.

    `names`: how the ratio is called → WHAT. What takes seconds need not be warmed up first.
    """
    ratios = {}
    for name, what in names.items():
        engines = [Engine(setup, engine, what, script=script) for engine in ("theirs", "ours")]
        for engine in engines if warm else ():
            engine.run(n=1)
        found: dict[str, list[float]] = {"theirs": [], "ours": []}
        for number in range(rounds):
            for engine in engines if number % 2 else reversed(engines):
                found[engine.name].append(median(engine.run(n=1)["times"]))
        for engine in engines:
            engine.close()
        times = {
            engine: f"{median(values) * 1000:.1f} ms (best {min(values) * 1000:.1f})"
            for engine, values in found.items()
        }
        ratios[f"{name}: theirs / ours"] = ratio(found["theirs"], found["ours"])
        print(
            f"{name:10} theirs {times['theirs']}, ours {times['ours']}: x{ratios[f'{name}: theirs / ours']:.2f}"
        )
    return ratios
