"""DrawingML of a chart, valid against the strict reading of the schema: element order, positive axis ids, no surplus."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from pipeline.quantity import plain
from pipeline.report import chart_style as style
from pipeline.report.chart_spec import Chart, Series
from pipeline.report.chart_workbook import SHEET, column_letter
from pipeline.report.ooxml import NS, Element, el, etree_root

CATEGORY_AXIS, VALUE_AXIS = "111111111", "222222222"
MAX_LABELLED: Final = 48
PLOT_WIDTH: Final = 380
"""Points across the plot area, roughly: the chart is 15 cm wide, its axis takes a tenth. A digit is half its size wide."""
WIDEST_OF_PLACE: Final = 1.1
"""With more values than this a chart carries no figures: they would lie over each other."""
_CLOSE: Final = 10
"""Values below this are told apart by their places."""
_AXIS_PLACES: Final = 2
_LEAST_SEGMENT: Final = Decimal("0.07")
"""A segment below this share of the tallest stack is too thin for its figure."""


def chart_space(chart: Chart, workbook_id: str) -> Element:
    """The c:chartSpace of a chart; `workbook_id` is the relationship of the embedded workbook."""
    space = etree_root("c:chartSpace", {key: NS[key] for key in ("c", "a", "r")})
    area = el("c:plotArea", None, el("c:layout"), _plot(chart), *_axes(chart), style.shape(el("a:noFill")))
    inner = el("c:chart", None, _val("autoTitleDeleted", "1"), area)
    if len(chart.series) > 1 or chart.kind == "pie":
        legend = [_val("legendPos", "b"), _val("overlay", "0"), style.text_properties(style.TEXT_SIZE)]
        inner.append(el("c:legend", None, *legend))
    inner.extend([_val("plotVisOnly", "1"), _val("dispBlanksAs", "gap")])
    space.extend([_val("date1904", "0"), _val("lang", "zh-CN"), _val("roundedCorners", "0"), inner])
    space.append(style.shape(el("a:noFill"), style.line(None)))  # the watermark of a draft shows through
    space.append(style.text_properties(style.TEXT_SIZE))
    space.append(el("c:externalData", {"r:id": workbook_id}, _val("autoUpdate", "0")))
    return space


def _val(name: str, value: str) -> Element:
    return el(f"c:{name}", {"val": value})


def _plot(chart: Chart) -> Element:
    """The chart proper: its group with series, labels and axis ids."""
    many = [_series(chart, at, series) for at, series in enumerate(chart.series)]
    axes = [_val("axId", CATEGORY_AXIS), _val("axId", VALUE_AXIS)]
    if chart.kind == "pie":
        return el("c:pieChart", None, _val("varyColors", "1"), *many, _val("firstSliceAng", "0"))
    if chart.kind == "radar":
        marked = [_val("radarStyle", "marker"), _val("varyColors", "0")]
        return el("c:radarChart", None, *marked, *many, *axes)
    if chart.kind == "line":
        grouped = [_val("grouping", "standard"), _val("varyColors", "0")]
        return el("c:lineChart", None, *grouped, *many, _val("marker", "1"), *axes)
    opening = [
        _val("barDir", "bar" if chart.kind == "bar" else "col"),
        _val("grouping", "stacked" if chart.stacked else "clustered"),
        _val("varyColors", "0"),
    ]
    gaps = [_val("gapWidth", "50" if len(chart.series) > 1 and not chart.stacked else "90")]
    gaps.append(_val("overlap", "100" if chart.stacked else "0"))
    return el("c:barChart", None, *opening, *many, *gaps, *axes)


def _series(chart: Chart, at: int, series: Series) -> Element:
    """One c:ser with references into the workbook and the cached figures."""
    letter = column_letter(at + 1)
    made = el("c:ser", None, _val("idx", str(at)), _val("order", str(at)))
    name = [el("c:f", text=f"{SHEET}!${letter}$1"), _points("c:strCache", [series.name])]
    made.append(el("c:tx", None, el("c:strRef", None, *name)))
    made.extend(_look(chart, at))
    made.extend(_labels(chart, at, series))
    last = len(chart.categories) + 1
    categories = [el("c:f", text=f"{SHEET}!$A$2:$A${last}"), _points("c:strCache", list(chart.categories))]
    made.append(el("c:cat", None, el("c:strRef", None, *categories)))
    values = [None if value is None else plain(value) for value in series.values]
    cache = _points("c:numCache", values)
    cache.insert(0, el("c:formatCode", text=series.number_format))
    made.append(
        el(
            "c:val",
            None,
            el("c:numRef", None, el("c:f", text=f"{SHEET}!${letter}$2:${letter}${last}"), cache),
        )
    )
    if chart.kind == "line":
        made.append(_val("smooth", "0"))
    return made


def _points(name: str, values: list[str | None] | list[str]) -> Element:
    """A cache: the number of points, then those that are there."""
    points = [
        el("c:pt", {"idx": str(at)}, el("c:v", text=value))
        for at, value in enumerate(values)
        if value is not None
    ]
    return el(name, None, _val("ptCount", str(len(values))), *points)


def _look(chart: Chart, at: int) -> Iterator[Element]:
    rgb = style.colour(at)
    if chart.kind in ("column", "bar"):
        yield style.shape(style.fill(rgb), style.line(style.AXIS, 0.5))
        yield _val("invertIfNegative", "0")
    elif chart.kind == "pie":
        for point in range(len(chart.categories)):
            paint = style.shape(style.fill(style.colour(point)), style.line(style.PAPER, 1))
            yield el("c:dPt", None, _val("idx", str(point)), _val("bubble3D", "0"), paint)
    else:
        ink = style.ink(at)
        yield style.shape(style.line(ink, 2, style.DASHES[at % len(style.DASHES)]))
        marker = [_val("symbol", style.MARKERS[at % len(style.MARKERS)]), _val("size", "6")]
        yield el("c:marker", None, *marker, style.shape(style.fill(ink), style.line(ink)))


def _labels(chart: Chart, at: int, series: Series) -> Iterator[Element]:
    """The figures beside the points, where there is room for them (around a radar stand the categories)."""
    if len(chart.series) * len(chart.categories) > MAX_LABELLED or chart.kind == "radar" or _crowded(chart):
        return
    rgb = style.INK
    if chart.stacked:
        rgb = style.PAPER if style.is_dark(style.colour(at)) else style.INK
    made = el("c:dLbls")
    for point in _too_thin(chart, series):
        made.append(el("c:dLbl", None, _val("idx", str(point)), _val("delete", "1")))
    form = "0.0%" if chart.kind == "pie" else series.number_format
    made.append(el("c:numFmt", {"formatCode": form, "sourceLinked": "0"}))
    ground = (
        style.fill(style.PAPER) if chart.kind == "line" else el("a:noFill")
    )  # a line would cross the figures
    made.extend([style.shape(ground, style.line(None)), style.text_properties(_label_size(chart), rgb)])
    made.append(_val("dLblPos", "ctr" if chart.stacked else "t" if chart.kind == "line" else "outEnd"))
    shown = "showPercent" if chart.kind == "pie" else "showVal"
    for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize"):
        made.append(_val(name, "1" if name == shown else "0"))
    if chart.kind == "pie":
        made.append(_val("showLeaderLines", "1"))
    yield made


def _crowded(chart: Chart) -> bool:
    """Whether figures over columns would run into each other: the widest is wider than the place of a column."""
    if chart.kind != "column":
        return False
    beside = 1 if chart.stacked else len(chart.series)
    place = PLOT_WIDTH / max(len(chart.categories) * beside, 1)
    digits = [
        len(str(int(abs(v)))) + len(s.number_format.partition(".")[2]) + ("." in s.number_format)
        for s in chart.series
        for v in s.values
        if v is not None
    ]
    return max(digits, default=0) * _label_size(chart) / 200 > place * WIDEST_OF_PLACE


def _label_size(chart: Chart) -> int:
    """Figures beside the thin bars of several series are smaller, so that they do not touch."""
    return style.SMALL_SIZE if chart.kind == "bar" and len(chart.series) > 1 else style.LABEL_SIZE


def _too_thin(chart: Chart, series: Series) -> Iterator[int]:
    if not chart.stacked:
        return
    stacks = [
        sum((abs(each.values[at] or Decimal(0)) for each in chart.series), Decimal(0))
        for at in range(len(chart.categories))
    ]
    for at, value in enumerate(series.values):
        if value is not None and abs(value) < max(stacks) * _LEAST_SEGMENT:
            yield at


def _axes(chart: Chart) -> list[Element]:
    if chart.kind == "pie":
        return []
    return [_category_axis(chart), _value_axis(chart)]


def _axis_format(chart: Chart) -> str:
    """The same places at every tick where the figures have some and lie close together, else as the numbers are."""
    values = [v for each in chart.series for v in each.values if v is not None]
    places = max((each.decimals or 0 for each in chart.series), default=0)
    if chart.limits is not None or not places or not values or max(map(abs, values)) >= _CLOSE:
        return "General"
    return f"0.{'0' * min(places, _AXIS_PLACES)}"


def _category_axis(chart: Chart) -> Element:
    turned = chart.kind == "bar"
    axis = el("c:catAx", None, _val("axId", CATEGORY_AXIS))
    axis.append(el("c:scaling", None, _val("orientation", "maxMin" if turned else "minMax")))
    axis.extend([_val("delete", "0"), _val("axPos", "l" if turned else "b")])
    if chart.kind == "radar":
        axis.append(el("c:majorGridlines", None, style.shape(style.line(style.GRID))))
    axis.append(el("c:numFmt", {"formatCode": "General", "sourceLinked": "0"}))
    axis.extend([_val("majorTickMark", "none"), _val("minorTickMark", "none"), _val("tickLblPos", "low")])
    axis.extend([style.shape(style.line(style.AXIS)), style.text_properties(style.TEXT_SIZE)])
    axis.append(_val("crossAx", VALUE_AXIS))
    if chart.baseline is None:
        axis.append(_val("crosses", "autoZero"))
    else:
        axis.append(_val("crossesAt", plain(chart.baseline)))
    axis.extend(
        [_val("auto", "0"), _val("lblAlgn", "ctr"), _val("lblOffset", "100"), _val("noMultiLvlLbl", "1")]
    )
    return axis


def _value_axis(chart: Chart) -> Element:
    turned = chart.kind == "bar"
    scaling = el("c:scaling", None, _val("orientation", "minMax"))
    if chart.limits is not None:
        scaling.extend([_val("max", plain(chart.limits[1])), _val("min", plain(chart.limits[0]))])
    axis = el("c:valAx", None, _val("axId", VALUE_AXIS), scaling, _val("delete", "0"))
    axis.append(_val("axPos", "b" if turned else "l"))
    axis.append(el("c:majorGridlines", None, style.shape(style.line(style.GRID))))
    if chart.axis_title and chart.kind != "radar":
        axis.append(style.title(chart.axis_title, upright=not turned))
    axis.append(el("c:numFmt", {"formatCode": _axis_format(chart), "sourceLinked": "0"}))
    axis.extend([_val("majorTickMark", "none"), _val("minorTickMark", "none"), _val("tickLblPos", "nextTo")])
    axis.extend([style.shape(style.line(style.GRID)), style.text_properties(style.LABEL_SIZE)])
    axis.extend([_val("crossAx", CATEGORY_AXIS), _val("crosses", "max" if turned else "autoZero")])
    axis.append(_val("crossBetween", "between"))
    if chart.kind == "radar" and chart.limits is not None:
        axis.append(_val("majorUnit", "20"))
    return axis
