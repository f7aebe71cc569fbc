"""Equations are native, come from the tree that computed the value, and stand where the template asks for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.deliver import Options, make_report
from pipeline.evaluation import Evaluation
from pipeline.formula.figures import Figure, Figures, Operation, Opposite, Terms
from pipeline.formula.syntax import Column, Name, parse
from pipeline.report import SourceError, build_template, layout, render_report
from pipeline.report import math as om
from pipeline.report.equation_marks import insert_equations, insert_symbols
from pipeline.report.equations import equations_of
from pipeline.report.math_formula import Symbols, in_numbers
from pipeline.report.math_lines import LINE, broken, fitted, width
from pipeline.report.ooxml import NS, Element, paragraph_text, qn, serialise, style_of
from pipeline.report.ooxml import parse as parse_xml
from pipeline.report.words import number_text, unit_text
from tests.conftest import ROOT, Evaluate
from tests.report.word_fixtures import HOUSE, built, document, docx, p

SAMPLE_FACTS = next((ROOT / "samples").glob("01-*")) / "facts.yaml"
NAMES = {
    "a": "A_YD",
    "b": "B",
    "c": "ε",
    "w": "综合能耗",
    "t": "各类能源消耗",
    "t.x": "折标准煤量",
    "t.y": "Q_i",
}
ORDER = {
    # ECMA-376 part 1, §22.1.2: the children of each element, in their order
    "oMathPara": "oMathParaPr oMath",
    "f": "fPr num den",
    "sSub": "sSubPr e sub",
    "sSup": "sSupPr e sup",
    "nary": "naryPr sub sup e",
    "naryPr": "chr limLoc grow subHide supHide ctrlPr",
    "d": "dPr e",
    "dPr": "begChr sepChr endChr grow shp ctrlPr",
    "func": "funcPr fName e",
    "eqArr": "eqArrPr e",
    "m": "mPr mr",
    "mPr": "mcs ctrlPr",
    "mr": "e",
    "r": "rPr rPr t",  # m:rPr, then w:rPr
}


def compact(element: Element) -> str:
    """An equation in a line: upright text in [ ], everything else by name."""
    inside = [compact_row(child) for child in element if not child.tag.endswith("Pr")]
    match element.tag.rpartition("}")[2]:
        case "r":
            text = element.findtext(qn("m:t")) or ""
            return f"[{text}]" if element.find(f"{qn('m:rPr')}/{qn('m:nor')}") is not None else text
        case "f":
            return f"frac({inside[0]},{inside[1]})"
        case "sSub":
            return f"sub({inside[0]},{inside[1]})"
        case "sSup":
            return f"sup({inside[0]},{inside[1]})"
        case "nary":
            return f"sum({inside[2]})"
        case "func":
            return f"func({inside[0]},{inside[1]})"
        case "d":
            begin, end = (
                element.find(f"{qn('m:dPr')}/{qn(name)}").get(qn("m:val"))  # type: ignore[union-attr]
                for name in ("m:begChr", "m:endChr")
            )
            return f"{begin}{inside[0]}{end}"
        case "eqArr":
            return f"lines({' / '.join(inside)})"
        case "m":
            return "cases(" + " / ".join(inside) + ")"
        case "mr":
            return " & ".join(inside)
        case _:
            return compact_row(element)


def compact_row(element: Element) -> str:
    """The children of an argument side by side."""
    if element.tag in (qn("m:r"), qn("m:mr")):
        return compact(element)
    return "".join(compact(child) for child in element if not child.tag.endswith("Pr"))


def _name(node: Name | Column) -> str:
    return NAMES[node.id if isinstance(node, Name) else f"{node.table}.{node.column}"]


def _inline(row: om.Row) -> str:
    return compact(om.inline(row))


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("2.50", "2.5"),
        ("a + b - c", "sub(A,[YD])+B−ε"),
        ("(a + b) / a", "frac(sub(A,[YD])+B,sub(A,[YD]))"),
        ("a - (b - c) + (b + c)", "sub(A,[YD])−(B−ε)+B+ε"),
        ("(a + b) * c / 2", "frac((sub(A,[YD])+B)×ε,2)"),
        ("a / b * c", "frac(sub(A,[YD]),B)×ε"),
        ("a / b / c", "frac(frac(sub(A,[YD]),B),ε)"),
        ("-a * b - -c", "(−sub(A,[YD]))×B−(−ε)"),
        ("-(a + b)", "−(sub(A,[YD])+B)"),
        ("- -a", "−(−sub(A,[YD]))"),
        ("w + a", "[综合能耗]+sub(A,[YD])"),
        ("abs(a - b)", "|sub(A,[YD])−B|"),
        ("prev(a) / prev(b + c)", "frac([上一年]sub(A,[YD]),[上一年](B+ε))"),
        ("prev(prev(a)) + prev(prev(prev(b)))", "[前年]sub(A,[YD])+[3 年前的]B"),
        ("prev(a + prev(b))", "[上一年](sub(A,[YD])+[上一年]B)"),
        ("yoy(b)", "frac(B−[上一年]B,[上一年]B)×[100%]"),
        ("yoy(prev(b))", "frac([上一年]B−[前年]B,[前年]B)×[100%]"),
        ("prev(yoy(b))", "[上一年](frac(B−[上一年]B,[上一年]B)×[100%])"),
        ("sum(t.x)", "sum([折标准煤量])"),
        ("sum(t.x * t.y where t.y > 2) / a", "frac(sum([折标准煤量]×sub(Q,[i])),sub(A,[YD]))"),
        ("sum(t.x + t.y) * a", "(sum(([折标准煤量]+sub(Q,[i]))))×sub(A,[YD])"),
        ("a * sum(t.x)", "sub(A,[YD])×sum([折标准煤量])"),
        ("count(t where t.y > 1)", "func([计数],([各类能源消耗]))"),
        ("min(t.x) + max(t.x)", "func([min],([折标准煤量]))+func([max],([折标准煤量]))"),
        ("avg(t.y)", "func([平均],(sub(Q,[i])))"),
        ("factor('coal', w, '电力')", "[“电力”的系数]"),
        ("apply_factor('coal', w, w, a, b) / c", "frac(sub(A,[YD])×[综合能耗的系数],ε)"),
        ("year_of(w) - 2020", "[综合能耗的年份]−2020"),
        (
            "if(a >= b, a, b)",
            "{cases([ ]sub(A,[YD]) & [若]sub(A,[YD])≥B / [ ]B & [其他情形])",
        ),
        (
            "if(a != 1, 1, if(w in ['甲', '乙'], 2, 3))",
            "{cases([ ]1 & [若]sub(A,[YD])≠1 / [ ]2 & [若综合能耗]∈{[“甲”，“乙”]} / [ ]3 & [其他情形])",
        ),
        (
            "if((a < 1 or b <= 2) and not c > 3, 1, 2)",
            "{cases([ ]1 & [若](sub(A,[YD])<1[ 或 ]B≤2)[ 且 非](ε>3) / [ ]2 & [其他情形])",
        ),
        (
            "if(present(a) and has(w, '甲'), 1, 2)",
            "{cases([ ]1 & [若已填]sub(A,[YD])[ 且 综合能耗含“甲”] / [ ]2 & [其他情形])",
        ),
        (
            "if(note(w) == '乙' or has_factor('coal', w, '电力'), 1, 2)",
            "{cases([ ]1 & [若综合能耗的备注]=[“乙” 或 “电力”有系数] / [ ]2 & [其他情形])",
        ),
        (
            "if(a in [1, -2], 1, 2) / b",
            "frac({cases([ ]1 & [若]sub(A,[YD])∈{[1，-2]} / [ ]2 & [其他情形]),B)",
        ),
    ],
)
def test_every_construct_of_the_language_has_its_form(formula: str, wanted: str) -> None:
    assert _inline(Symbols(_name).row(parse(formula))) == wanted


@pytest.mark.parametrize(
    ("figures", "as_factor", "wanted"),
    [
        (
            Operation("/", Operation("+", Figure("79379"), Figure("0")), Figure("77037")),
            False,
            "frac(79379+0,77037)",
        ),
        (Terms(("1", "2.5", "-3")), False, "1+2.5+(−3)"),
        (Terms(("1", "2")), True, "(1+2)"),
        (Operation("/", Terms(("1", "2")), Figure("4")), True, "frac(1+2,4)"),
        (Operation("*", Terms(("1", "2")), Figure("-4")), False, "(1+2)×(−4)"),
        (Operation("-", Figure("-1"), Operation("-", Figure("2"), Figure("3"))), False, "−1−(2−3)"),
        (Opposite(Figure("-5")), False, "−(−5)"),
        (Figure("—"), False, "[—]"),
    ],
)
def test_numbers_put_in_have_brackets_only_where_they_need_them(
    figures: Figures, as_factor: bool, wanted: str
) -> None:
    assert _inline(in_numbers(figures, as_factor=as_factor)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("万元/公顷", "[万元/公顷]"),
        (" mg/m³", "[ mg/]sup([m],[3])"),
        ("m²", "sup([m],[2])"),
        ("万m3", "[万]sup([m],[3])"),
        (" tCO2/万元", "[ ]sub([tCO],[2])[/万元]"),
        ("kgCO2e/kWh", "sub([kgCO],[2])[e/kWh]"),
        ("kWh/(人·年)", "[kWh/(人·年)]"),
        ("", ""),
    ],
)
def test_units_have_real_exponents_and_indices(text: str, wanted: str) -> None:
    assert "".join(compact(element) for element in om.unit(text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("γ", "γ"),
        ("α_ZJZW", "sub(α,[ZJZW])"),
        ("E_1", "sub(E,[1])"),
        ("NPV_0", "sub([NPV],[0])"),
        ("TVOC实测浓度", "[TVOC实测浓度]"),
        ("范围_一_二", "[范围_一_二]"),
    ],
)
def test_a_symbol_has_an_upright_subscript_and_a_label_stays_text(text: str, wanted: str) -> None:
    assert _inline(om.symbol(text)) == wanted


# -- equations of an evaluation ----------------------------------------------------------------------------


@pytest.fixture
def full(evaluate_adhesive: Evaluate) -> Evaluation:
    """The first sample, evaluated."""
    return evaluate_adhesive(yaml.safe_load(SAMPLE_FACTS.read_text(encoding="utf-8")))


def test_symbols_then_numbers_then_the_rounded_result_with_its_unit(full: Evaluation) -> None:
    equations = equations_of(full)
    assert {
        key: compact(equations[key])
        for key in (
            "floor_area_ratio/symbolic",
            "floor_area_ratio/substituted",
            "building_density/substituted",
            "output_per_land_area/substituted",
            "ghg_intensity/substituted",
            "nmhc_concentration/substituted",
            "comprehensive_energy/symbolic",
            "comprehensive_energy/substituted",
        )
    } == {
        "floor_area_ratio/symbolic": "R=frac(sub(A,[ZJZW])+sub(A,[ZGZW]),sub(A,[YD]))",
        "floor_area_ratio/substituted": "R=frac(70800+3600,60000)=1.24",
        "building_density/substituted": "γ=frac(22400+2800,60000)×[100%]=42.0[%]",
        "output_per_land_area/substituted": "n=frac(36000,60000)×10000=6000.00[ 万元/公顷]",
        "ghg_intensity/substituted": "c=frac(1278.571819,20000)=0.0639[ ]sub([tCO],[2])[/t]",
        "nmhc_concentration/substituted": "sub(c,[NMHC])=32.5[ mg/]sup([m],[3])",
        "comprehensive_energy/symbolic": "E=sum([折标准煤量])",
        "comprehensive_energy/substituted": "E=258.09+79.8+6.824+5.8284=350.54[ tce]",
    }


def test_a_blank_has_no_numbers_to_put_in(full: Evaluation, evaluate_toy: Evaluate) -> None:
    assert "unit_energy_consumption_polymerisation/symbolic" in equations_of(full)
    assert "unit_energy_consumption_polymerisation/substituted" not in equations_of(full)
    empty = equations_of(evaluate_toy({"land_area": 77037, "building_floor_area": 79379}))
    assert "floor_area_ratio/symbolic" in empty
    assert "floor_area_ratio/substituted" not in empty


def _figures_of(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)


def test_the_numbers_of_an_equation_are_those_of_the_trace(full: Evaluation) -> None:
    equations = equations_of(full)
    for indicator in full.standard.indicators.by_id.values():
        value = full.indicators[indicator.id]
        if value.number is None:
            continue
        shown = compact(equations[f"{indicator.id}/substituted"]).split("=", 1)[1]
        result = number_text(value, indicator)
        unit_digits = _figures_of("".join(compact(e) for e in om.unit(unit_text(indicator.unit))))
        put_in = _figures_of(f"{value.trace.substituted} {value.trace.conversion.partition('（')[0]}")
        if "=" not in shown:
            assert isinstance(value.trace.figures, Figure)
            assert value.trace.unrounded == value.number
            put_in = []
        assert _figures_of(shown) == [*put_in, result, *unit_digits], indicator.id


def test_every_formula_of_the_packs_gives_sound_omml(full: Evaluation, evaluate_toy: Evaluate) -> None:
    toy = evaluate_toy({"land_area": 77037})
    checked = 0
    for evaluation in (full, toy):
        for key, equation in equations_of(evaluation).items():
            assert_sound(equation)
            assert width(list(equation[1])) <= LINE, key
            checked += 1
    assert checked > 60


def assert_sound(equation: Element) -> None:
    """Well formed, the namespace declared, children in the order of the schema, no empty text."""
    again = parse_xml(serialise(equation))
    assert again.nsmap["m"] == NS["m"]
    for element in again.iter():
        name = element.tag.rpartition("}")[2]
        if name in ORDER and element.tag == qn(f"m:{name}"):
            order = ORDER[name].split()
            places = [order.index(child.tag.rpartition("}")[2]) for child in element]
            assert places == sorted(places), name
        if name == "t":
            assert element.text


@given(
    st.recursive(
        st.sampled_from(["a", "b", "c", "w", "2", "sum(t.x)"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})"),
            inner.map(lambda x: f"-{x}"),
            inner.map(lambda x: f"abs({x})"),
            inner.map(lambda x: f"prev({x})"),
            st.tuples(inner, inner, inner).map(lambda x: f"if({x[0]} > {x[1]}, {x[1]}, {x[2]})"),
        ),
        max_leaves=12,
    )
)
def test_any_formula_becomes_a_sound_equation(formula: str) -> None:
    assert_sound(om.display(fitted([*om.symbol("R"), om.math("="), *Symbols(_name).row(parse(formula))])))


# -- long lines --------------------------------------------------------------------------------------------


def test_a_long_line_breaks_before_the_equals_sign_first() -> None:
    row = [*om.symbol("R"), om.math("="), *in_numbers(Terms(("123456789.25",) * 4)), om.math("=")]
    row += [*om.number("493827157.00"), *om.unit(" tCO2")]
    assert [compact_row(om.inline(line)) for line in broken(row)] == [
        "R=123456789.25+123456789.25+123456789.25+123456789.25",
        "[= ]493827157.00[ ]sub([tCO],[2])",
    ]


def test_a_line_too_long_by_itself_breaks_before_its_signs_and_inside_its_fraction() -> None:
    figures = Operation("/", Terms(("123456789.25",) * 6), Figure("20000"))
    row = fitted([*om.symbol("R"), om.math("="), *in_numbers(figures)])
    term = "123456789.25"
    assert _inline(row) == f"R=frac(lines({term}+{term}+{term}+{term} / [+ ]{term}+{term}),20000)"
    assert width(row) <= LINE
    texts = fitted([*om.symbol("R"), om.math("="), *in_numbers(Terms((term,) * 6))])
    assert _inline(texts) == f"lines(R={term}+{term}+{term}+{term} / [+ ]{term}+{term})"


def test_conditions_stand_below_their_values_when_there_is_no_room_beside() -> None:
    names = {"a": "复配混合型产品综合能耗", "b": "聚合反应型产品综合能耗", "c": "主要生产工艺类型"}
    row = Symbols(lambda node: names[node.id if isinstance(node, Name) else ""]).row(
        parse("if(c == '混合', a + b, b)")
    )
    assert _inline(row) == (
        "{cases([ 复配混合型产品综合能耗]+[聚合反应型产品综合能耗] / [ （若主要生产工艺类型]=[“混合”）] / "
        "[ 聚合反应型产品综合能耗] / [ （其他情形）])"
    )


# -- in the report -----------------------------------------------------------------------------------------


def _equations() -> Mapping[str, Element]:
    return {"r/symbolic": om.display(om.symbol("R")), "r/substituted": om.display(om.number("1"))}


def _body(*paragraphs: str) -> Element:
    return document(docx(*paragraphs))


def test_a_paragraph_of_the_style_becomes_the_equation_as_often_as_asked() -> None:
    root = _body(p("r/sym", "bolic", style="lvEquation"), p("r/symbolic", style="lvEquation"))
    assert insert_equations(root, _equations()) == ()
    assert [[child.tag for child in node] for node in root.iter(qn("w:p"))] == [
        [qn("w:pPr"), qn("m:oMathPara")],
        [qn("w:pPr"), qn("m:oMathPara")],
    ]


def test_client_text_that_looks_like_a_key_stays_text() -> None:
    root = _body(p("r/symbolic", style="BodyText"), p("r/symbolic"))
    assert insert_equations(root, _equations()) == ()
    assert [paragraph_text(node) for node in root.iter(qn("w:p"))] == ["r/symbolic", "r/symbolic"]


def test_an_unknown_key_is_told_and_a_blank_takes_its_paragraph_away() -> None:
    root = _body(
        p("x/symbolic", style="lvEquation"),
        p("q/substituted", style="lvEquation"),
        p("x/substituted", style="lvEquation"),
        p("此后"),
    )
    known = {"q/symbolic": om.display(om.symbol("Q"))}
    assert insert_equations(root, known) == ("x/symbolic", "x/substituted")
    assert [paragraph_text(node) for node in root.iter(qn("w:p"))] == ["x/symbolic", "x/substituted", "此后"]


def test_a_paragraph_that_a_section_or_a_cell_needs_stays_empty() -> None:
    mark = '<w:p><w:pPr><w:pStyle w:val="lvEquation"/>{}</w:pPr><w:r><w:t>q/substituted</w:t></w:r></w:p>'
    cell = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"
    root = _body(mark.format("<w:sectPr/>"), cell.format(mark.format("")))
    assert insert_equations(root, {"q/symbolic": om.display(om.symbol("Q"))}) == ()
    assert [[child.tag for child in node] for node in root.iter(qn("w:p"))] == [[qn("w:pPr")], [qn("w:pPr")]]


def test_a_symbol_in_a_line_becomes_a_small_equation_and_a_label_stays_text() -> None:
    run = '<w:r><w:rPr><w:rStyle w:val="lvSymbol"/></w:rPr><w:t>{}</w:t></w:r>'
    root = _body(f"<w:p>{run.format('A_YD')}<w:r><w:t>——用地面积</w:t></w:r>{run.format('实测浓度')}</w:p>")
    insert_symbols(root)
    assert [child.tag for child in next(root.iter(qn("w:p")))] == [qn("m:oMath"), qn("w:r"), qn("w:r")]
    assert compact(next(root.iter(qn("m:oMath")))) == "sub(A,[YD])"


def test_the_text_source_asks_for_equations_and_symbols(tmp_path: Path) -> None:
    source = '# 甲\n\n按下式计算：\n\n::: equation key="{{ id }}/symbolic"\n\n- ${{ s }}$——量，3 $ 与 $A_1$\n'
    template = built(source, tmp_path)
    marks = [node for node in document(template).iter(qn("w:p")) if style_of(node) == "lvEquation"]
    assert [paragraph_text(node) for node in marks] == ["{{ id }}/symbolic"]
    done = render_report(template, {"id": "r", "s": "A_YD"}, equations=_equations(), page_numbers=False)
    assert done.docx is not None
    root = document(done.docx)
    assert [compact(node) for node in root.iter(qn("m:oMath"))] == ["R", "sub(A,[YD])", "sub(A,[1])"]
    lead = next(node for node in root.iter(qn("w:p")) if paragraph_text(node) == "按下式计算：")
    assert lead.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


def test_the_style_is_known_by_its_name_when_a_program_has_given_it_another_id(tmp_path: Path) -> None:
    from pipeline.report.package import read_package, write_package

    package = read_package(built('# 甲\n\n::: equation key="r/symbolic"\n', tmp_path))
    for part in ("word/document.xml", "word/styles.xml"):
        package.parts[part] = (
            package.parts[part]
            .replace(b'w:styleId="lvEquation"', b'w:styleId="a7"')
            .replace(b'<w:pStyle w:val="lvEquation"', b'<w:pStyle w:val="a7"')
        )
    done = render_report(write_package(package), {}, equations=_equations(), page_numbers=False)
    assert done.docx is not None
    assert document(done.docx).find(f".//{qn('m:oMathPara')}") is not None


def test_an_unknown_equation_is_a_fault_of_the_template_with_the_nearest_key(tmp_path: Path) -> None:
    template = built('# 甲\n\n::: equation key="rr/symbolic"\n', tmp_path)
    done = render_report(template, {}, equations=_equations(), page_numbers=False)
    assert done.docx is None
    assert [(f.code, f.place.text, f.near) for f in done.faults] == [
        ("unknown_equation", "rr/symbolic", "r/symbolic")
    ]


def test_an_equation_without_a_key_is_an_error_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="key"):
        built("# 甲\n\n::: equation\n", tmp_path)


def test_a_report_shows_every_applicable_formula_as_equations(full: Evaluation) -> None:
    made = make_report(full, Options(page_numbers=False))
    root = document(made.docx)
    applicable = [i for i in full.standard.indicators.indicators if full.indicators[i.id].number is not None]
    assert len(list(root.iter(qn("m:oMathPara")))) == 2 * len(applicable)
    assert [paragraph_text(n) for n in root.iter(qn("w:p")) if "/symbolic" in paragraph_text(n)] == []
    for equation in root.iter(qn("m:oMathPara")):
        assert_sound(equation)


def test_building_keeps_the_house_styles_of_equations() -> None:
    template = build_template(next((ROOT / "report_templates").glob("cpcif*/self_evaluation.md")), HOUSE)
    keys = {paragraph_text(n) for n in document(template).iter(qn("w:p")) if style_of(n) == "lvEquation"}
    assert keys == {"{{ item.id }}/symbolic", "{{ item.id }}/substituted"}


@pytest.mark.parametrize(
    ("parts", "body", "lacking"),
    [
        (("libswlo.so",), "<m:oMath/>", True),
        (("libswlo.so",), "", False),
        (("libswlo.so", "libsmlo.so"), "<m:oMath/>", False),
        ((), "<m:oMath/>", False),
    ],
)
def test_pages_are_not_taken_from_a_layout_that_leaves_equations_out(
    parts: tuple[str, ...], body: str, lacking: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("soffice", *parts):
        (tmp_path / name).touch()
    monkeypatch.setattr(layout, "libreoffice", lambda: str(tmp_path / "soffice"))
    content = body.replace("<m:oMath/>", f'<w:p><m:oMath xmlns:m="{NS["m"]}"/></w:p>')
    assert layout.lacks_equations(docx(content)) is lacking
