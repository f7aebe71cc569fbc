"""Diagrams: what rows give, boxes that never overlap and hold their text, and the shapes in the document."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation import Evaluation
from pipeline.findings import PackError
from pipeline.report import render_report
from pipeline.report.diagram_data import diagram_specs
from pipeline.report.diagram_layout import sheets_of
from pipeline.report.diagram_shapes import MAX_HEIGHT, PAD, WIDTH, Box, Sheet
from pipeline.report.diagram_spec import (
    Balance,
    Branch,
    Chain,
    Diagram,
    Person,
    Step,
    Stream,
    Team,
    name_text,
)
from pipeline.report.diagram_text import EM, LINE, broken_lines, text_width
from pipeline.report.diagrams import NOT_DRAWN
from pipeline.report.ooxml import paragraph_text, qn
from pipeline.standard import Standard, load_standard
from pipeline.standard.check_diagrams import check_diagrams
from pipeline.standard.diagram_types import (
    BalanceSource,
    DiagramDefinition,
    FlowSource,
    LinkSource,
    StreamSource,
    TeamSource,
    TreeSource,
)
from tests.conftest import TESTS
from tests.programs import audit_findings, needs_audit, needs_sdk, sdk_findings
from tests.report.word_fixtures import built, document

Evaluate = Callable[[Mapping[str, Any]], Evaluation]
LONG = "丙烯酸丁酯与醋酸乙烯酯共聚乳液（含乳化剂、缓冲剂、过硫酸铵引发剂）水相预乳化液体系"
FACTS: dict[str, Any] = {
    "enterprise_name": "示意（虚构）玩具有限公司",
    "evaluation_year": 2024,
    "evaluation_date": "2025-03-01",
    "process_type": "冷法",
    "coal_edition": "GB/T 2589-2020",
    "has_boiler": False,
    "land_area": 10000,
    "building_floor_area": 9000,
    "gross_output_value": {2024: 4000},
    "qualified_output": {2024: 20000},
    "energy_use": [
        {"energy": "电力", "year": 2024, "amount": 210, "unit": "万kWh"},
        {"energy": "电力", "year": 2023, "amount": 204, "unit": "万kWh"},
        {"energy": "天然气", "year": 2024, "amount": 6, "unit": "万m³"},
    ],
    "evidence": [
        {"number": "E01", "name": "E02"},
        {"number": "E02", "name": ""},
        {"number": "E03", "name": "E02"},
    ],
}


def spec(evaluation: Evaluation, **source: Any) -> Diagram | None:
    """The diagram that a pack with this one definition would give."""
    definition = DiagramDefinition("d", "图", **source)
    identity = replace(evaluation.standard.identity, diagrams=(definition,))
    return diagram_specs(replace(evaluation, standard=replace(evaluation.standard, identity=identity)))["d"]


def every_kind(count: int = 30) -> dict[str, Diagram]:
    """One diagram of every kind with `count` members and long names."""
    streams = tuple(Stream(f"{LONG}{n}", "1234.5 t/a") for n in range(count))
    steps = tuple(
        Step(
            f"工序{n}{LONG[: n % 20]}",
            LONG if n % 7 == 0 else "",
            streams[: n % 4],
            streams[: n % 3],
            streams[:1] if n % 5 else (),
            n % 5 > 0,
        )
        for n in range(count)
    )
    people = tuple(Person(f"成员{n}", "成员", LONG[: n % 40]) for n in range(count))
    leaves = tuple(
        Branch(f"部门{n}{LONG[: n % 30]}", "", tuple(Branch(f"车间{m}") for m in range(n % 4)))
        for n in range(count)
    )
    return {
        "flow": Diagram("flow", "流程", chains=(Chain("一线", steps), Chain("二线", steps[:3]))),
        "rows": Diagram("rows", "简图", chains=(Chain("", tuple(Step(s.name) for s in steps)),)),
        "balance": Diagram(
            "balance", "平衡", balances=(Balance("车间", streams, streams[:2], ("偏差率 1%",)),)
        ),
        "teams": Diagram("teams", "小组", teams=(Team("领导小组", (people[:1], people[1:3], people[3:])),)),
        "tree": Diagram("tree", "机构", trees=(Branch("公司", "", leaves),)),
    }


# -- what the rows give ------------------------------------------------------------------------------------------------
def test_streams_by_side_stand_at_their_step(evaluate_toy: Evaluate) -> None:
    streams = StreamSource(
        "energy_use",
        "energy",
        node="energy",
        inputs={"year": ("2024",)},
        outputs={"year": ("2023",)},
        amount="amount",
        unit="unit",
    )
    made = spec(
        evaluate_toy(
            FACTS | {"evidence": [{"number": "1", "name": "电力"}, {"number": "2", "name": "柴油"}]}
        ),
        flow=FlowSource("evidence", "name", streams=streams),
    )
    assert made is not None
    assert made.chains == (
        Chain("", (Step("电力", "", (Stream("电力", "210 万kWh"),), (Stream("电力", "204 万kWh"),)),)),
    )


def test_streams_by_way_pass_to_the_next_step_or_name_their_other_end(evaluate_toy: Evaluate) -> None:
    """Steps E01, E02, E03; ways (number → name): E01 → E02 is passed on, E02 → nowhere known is dropped, E03 → E02 goes back."""
    streams = StreamSource("evidence", "number", origin="number", target="name", outside=("外部",))
    made = spec(evaluate_toy(FACTS), flow=FlowSource("evidence", "number", streams=streams))
    assert made is not None
    one, two, three = made.chains[0].steps
    assert one == Step("E01", passed=(Stream("E01"),))
    assert two.inputs == (Stream("E03（来自E03）"),)
    assert three.outputs == (Stream("E03（至E02）"),)
    assert (one.goes_on, two.goes_on) == (True, False)


def test_rows_of_links_tell_which_steps_lead_on(evaluate_toy: Evaluate) -> None:
    """Steps 投料, 混合, 废水站; of the links only 投料 → 混合 joins a step with the next one."""
    rows = [
        {"number": "投料", "name": "混合"},
        {"number": "混合", "name": "投料"},
        {"number": "废水站", "name": "无"},
    ]
    links = LinkSource("evidence", "number", "name")
    made = spec(evaluate_toy(FACTS | {"evidence": rows}), flow=FlowSource("evidence", "number", links=links))
    assert made is not None
    assert [step.goes_on for step in made.chains[0].steps[:-1]] == [True, False]
    assert "投料 → 混合、废水站。" in made.alt


def test_what_the_step_before_passes_on_stands_at_the_arrow_alone(evaluate_toy: Evaluate) -> None:
    """配料 is passed on by the first step and named again among the inputs of the second."""
    rows = [{"number": "配料", "name": "配料、水"}, {"number": "混合", "name": "配料、乳液"}]
    flow = FlowSource("evidence", "number", inputs="name", passed="number")
    made = spec(evaluate_toy(FACTS | {"evidence": rows}), flow=flow)
    assert made is not None
    assert [step.inputs for step in made.chains[0].steps] == [
        (Stream("配料"), Stream("水")),
        (Stream("乳液"),),
    ]


def arrows(diagram: Diagram) -> int:
    return sum(line.arrow for sheet in sheets_of(diagram) for line in sheet.lines)


@pytest.mark.parametrize("inputs", [(), (Stream("水"),)])
def test_an_arrow_stands_only_where_a_step_leads_on(inputs: tuple[Stream, ...]) -> None:
    """Of five steps only the first and the fourth lead on: two arrows, and one more for each input."""
    steps = tuple(Step(f"工序{n}", "", inputs, goes_on=n in (0, 3)) for n in range(5))
    assert arrows(Diagram("d", "图", chains=(Chain("", steps),))) == 2 + 5 * len(inputs)


def test_a_balance_adds_rows_of_one_name_and_prints_both_sums(evaluate_toy: Evaluate) -> None:
    """210 and 204 万kWh go in, 6 万m³ come out; sums stand beside one unit only."""
    made = spec(
        evaluate_toy(FACTS),
        balance=BalanceSource(
            "energy_use",
            "energy",
            {"energy": ("电力",)},
            {"energy": ("天然气",)},
            "amount",
            "公司",
            unit="unit",
        ),
    )
    assert made is not None
    assert made.balances == (
        Balance(
            "公司",
            (Stream("电力", "414 万kWh"),),
            (Stream("天然气", "6 万m³"),),
            ("输入合计 414 万kWh", "输出合计 6 万m³"),
        ),
    )


def test_a_balance_without_one_of_its_sides_is_not_drawn(evaluate_toy: Evaluate) -> None:
    source = BalanceSource(
        "energy_use", "energy", {"energy": ("电力",)}, {"energy": ("柴油",)}, "amount", "公司"
    )
    assert spec(evaluate_toy(FACTS), balance=source) is None


def test_teams_stand_in_levels_by_role(evaluate_toy: Evaluate) -> None:
    rows = [{"number": n, "name": r} for n, r in (("甲", "成员"), ("乙", "组长"), ("丙", "副组长"))]
    source = TeamSource("evidence", "number", "name", (("组长",), ("副组长",)))
    made = spec(evaluate_toy(FACTS | {"evidence": rows}), teams=(source,))
    assert made is not None
    assert [[p.name for p in level] for level in made.teams[0].levels] == [["乙"], ["丙"], ["甲"]]


def test_a_circle_of_superiors_is_drawn_once(evaluate_toy: Evaluate) -> None:
    rows = [{"number": "甲", "name": "乙"}, {"number": "乙", "name": "甲"}, {"number": "丙", "name": "公司"}]
    made = spec(evaluate_toy(FACTS | {"evidence": rows}), tree=TreeSource("evidence", "number", "name"))
    assert made is not None
    assert made.trees == (Branch("丙"), Branch("甲", "", (Branch("乙"),)))


# -- geometry ----------------------------------------------------------------------------------------------------------
def overlapping(sheet: Sheet) -> list[tuple[Box, Box]]:
    def apart(a: Box, b: Box) -> bool:
        return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y

    return [(a, b) for a, b in combinations(sheet.boxes, 2) if not apart(a, b)]


@pytest.mark.parametrize("kind", ["flow", "rows", "balance", "teams", "tree"])
@pytest.mark.parametrize("count", [1, 2, 5, 12, 30])
def test_boxes_hold_their_text_stay_on_the_sheet_and_never_overlap(kind: str, count: int) -> None:
    for sheet in sheets_of(every_kind(count)[kind]):
        assert overlapping(sheet) == []
        assert sheet.height <= MAX_HEIGHT
        for box in sheet.boxes:
            assert box.x >= 0
            assert box.x + box.width <= WIDTH
            assert box.y >= 0
            assert box.y + box.height <= sheet.height
            assert box.height >= len(box.lines) * LINE + 2 * PAD
            assert all(text_width(line) <= box.width - 2 * PAD for line in box.lines)
        for line in sheet.lines:
            assert line.x1 == line.x2 or line.y1 == line.y2
            assert min(line.x1, line.x2) >= 0
            assert max(line.x1, line.x2) <= WIDTH


@pytest.mark.parametrize("kind", ["flow", "rows", "balance", "teams", "tree"])
def test_no_line_runs_through_the_text_of_a_box(kind: str) -> None:
    """Lines may touch an edge; inside a box, away from its edges, there is none."""
    for sheet in sheets_of(every_kind()[kind]):
        for box in sheet.boxes:
            for line in sheet.lines:
                across = max(line.x1, line.x2) > box.x and min(line.x1, line.x2) < box.x + box.width
                down = max(line.y1, line.y2) > box.y and min(line.y1, line.y2) < box.y + box.height
                assert not (across and down), (box.lines, line)


def test_lines_break_at_words_and_keep_punctuation_with_its_text() -> None:
    width = 8 * EM
    assert broken_lines("甲乙丙丁戊己庚辛，壬癸", width) == ["甲乙丙丁戊己庚", "辛，壬癸"]
    assert broken_lines("甲乙丙丁戊己庚（壬癸）", width) == ["甲乙丙丁戊己庚", "（壬癸）"]
    assert broken_lines("排放量 1234.56 t/a", width) == ["排放量 1234.56", "t/a"]
    assert broken_lines("", width) == [""]


def test_a_name_without_any_place_to_break_is_cut_to_lines_that_fit() -> None:
    lines = broken_lines("x" * 200, 1000)
    assert "".join(lines) == "x" * 200
    assert max(map(text_width, lines)) <= 1000


def test_names_are_one_line_of_at_most_sixty_characters() -> None:
    assert name_text(" 甲\n乙\x07 ") == "甲 乙"
    assert len(name_text("长" * 500)) == 60
    assert name_text("长" * 500).endswith("…")


# -- in the document -----------------------------------------------------------------------------------------------
def delivered(folder: Path, diagrams: Mapping[str, Diagram | None]) -> bytes:
    source = "# 图\n\n" + "".join(f'::: diagram id="{id_}" caption="{id_}"\n\n' for id_ in diagrams)
    context = {"diagrams": dict.fromkeys(diagrams, True)}
    done = render_report(built(source, folder), context, page_numbers=False, diagrams=diagrams)
    assert (done.faults, done.problems) == ((), ())
    assert done.docx is not None
    return done.docx


def test_every_name_and_amount_stands_in_shape_fallback_and_alternative_text(tmp_path: Path) -> None:
    stream = Stream("<水>&{{ f.x }}", "3 m³")
    root = document(
        delivered(tmp_path, {"b": Diagram("b", "平衡", balances=(Balance("釜", (stream,), (stream,)),))})
    )
    for place in ("mc:Choice", "mc:Fallback"):
        (part,) = root.iter(qn(place))
        assert sorted(paragraph_text(p) for p in part.iter(qn("w:p"))) == ["<水>&{{ f.x }} 3 m³"] * 2 + ["釜"]
    (drawing,) = root.iter(qn("wp:docPr"))
    assert drawing.get("descr") == "平衡。釜：输入 <水>&{{ f.x }} 3 m³；输出 <水>&{{ f.x }} 3 m³。"


def test_ids_of_drawings_and_shapes_are_all_different(tmp_path: Path) -> None:
    root = document(delivered(tmp_path, every_kind(12)))
    ids = [node.get("id") for node in root.iter(qn("wp:docPr"), qn("wps:cNvPr"))]
    assert len(ids) == len(set(ids)) > 100


def test_a_high_diagram_goes_on_in_further_paragraphs_under_one_caption(tmp_path: Path) -> None:
    diagram = every_kind(30)["flow"]
    root = document(delivered(tmp_path, {"flow": diagram}))
    assert len(list(root.iter(qn("wp:inline")))) == len(sheets_of(diagram)) > 1
    captions = [text for p in root.iter(qn("w:p")) if (text := paragraph_text(p)).startswith("图 1-")]
    assert captions == ["图 1-1　flow"]


def test_a_diagram_without_data_leaves_a_remark_and_an_unknown_one_is_a_problem(tmp_path: Path) -> None:
    source = built('# 图\n\n::: diagram id="a" caption="甲"\n', tmp_path)
    context = {"diagrams": {"a": True}}
    done = render_report(source, context, page_numbers=False, diagrams={"a": None})
    assert done.docx is not None
    assert NOT_DRAWN in [paragraph_text(p) for p in document(done.docx).iter(qn("w:p"))]
    unknown = render_report(source, context, page_numbers=False)
    assert [problem.code for problem in unknown.problems] == ["unknown_chart"]


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    assert delivered(tmp_path, every_kind(9)) == delivered(tmp_path, every_kind(9))


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diagrams")
    path = folder / "diagrams.docx"
    path.write_bytes(delivered(folder, every_kind(12)))
    return path


@needs_audit
def test_openxml_audit_finds_nothing(on_disk: Path) -> None:
    assert audit_findings(on_disk) == []


@needs_sdk
def test_the_open_xml_sdk_finds_nothing(on_disk: Path) -> None:
    assert sdk_findings(on_disk) == []


# -- what a pack may say -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ({}, "flow、balance、teams、tree 应恰好写一个"),
        ({"tree": TreeSource("departments", "name", "superior")}, "没有名为“departments”的表"),
        ({"tree": TreeSource("evidence", "name", "numbr")}, "表“evidence”没有列“numbr”（是否为“number”？）"),
        (
            {"flow": FlowSource("evidence", "name", streams=StreamSource("energy_use", "energy"))},
            "streams 应写 node、inputs、outputs，或写 origin、target、outside",
        ),
        (
            {
                "balance": BalanceSource(
                    "energy_use", "energy", {"energy": ("水",)}, {"energy": ("电力",)}, "amount", "厂"
                )
            },
            "列“energy_use.energy”没有选项“水”",
        ),
        (
            {"balance": BalanceSource("energy_use", "energy", {"energy": ("电力",)}, {}, "unit", "厂")},
            "列“energy_use.unit”不是数值",
        ),
    ],
)
def test_faulty_diagrams_of_a_pack_are_named(toy: Standard, source: dict[str, Any], fault: str) -> None:
    identity = dataclasses.replace(toy.identity, diagrams=(DiagramDefinition("d", "图", **source),))
    assert list(check_diagrams(dataclasses.replace(toy, identity=identity))) == [
        f"standard.yaml：示意图“d”：{fault}"
    ]


def test_a_pack_declares_diagrams_as_data(tmp_path: Path) -> None:
    folder = tmp_path / "toy_standard"
    folder.mkdir()
    for file in (TESTS / "toy_standard").glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "standard.yaml").write_text(
        (TESTS / "toy_standard" / "standard.yaml").read_text("utf-8")
        + "diagrams:\n  - {id: proof, title: 证明, tree: {table: evidence, name: nam, parent: number}}\n",
        "utf-8",
    )
    with pytest.raises(PackError, match="没有列“nam”（是否为“name”？）"):
        load_standard(folder, TESTS / "toy_factors")
