"""What stands in single cells: kinds of values, formulas, styles, texts as programs and people leave them."""

from __future__ import annotations

import re

from tests.hostile_workbooks.corpus import CLEAN, Expect, faulty, kind, noted, refused
from tests.hostile_workbooks.package import (
    BASIC,
    BOOK,
    ENERGY,
    PROOF,
    SELF,
    SITE,
    STRINGS,
    STYLES,
    after_sheet_data,
    both,
    cell,
    changed,
    replaced,
    substituted,
    with_parts,
)

LAND = "用地与产出!D4"
NAME = "基本信息!D4"
ADDRESS_OF = {SITE: "用地与产出", BASIC: "基本信息", ENERGY: "能源消耗", PROOF: "证明材料", SELF: "自评价表"}


def _typed(name: str, element: str, expect: Expect, part: str = SITE, address: str = "D4") -> None:
    """One cell replaced by another element."""

    @kind(name, expect)
    def make(clean: bytes) -> bytes:
        return changed(clean, {part: cell(address, element)})


def _text(name: str, text: str, expect: Expect, part: str = BASIC, address: str = "D4") -> None:
    """One cell with another text."""
    element = f'<c r="{address}" s="{{s}}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    _typed(name, element, expect, part, address)


def _is(code: str, place: str = LAND, subject: str = "land_area") -> Expect:
    return faulty((code, place, subject))


# -- values ------------------------------------------------------------------------------------------------------
_typed("an inline text", '<c r="D4" s="{s}" t="inlineStr"><is><t>某某玩具有限公司</t></is></c>', CLEAN, BASIC)
_typed(
    "rich text",
    '<c r="D4" t="inlineStr"><is><r><rPr><b/></rPr><t>某某玩具</t></r><r><t>有限公司</t></r></is></c>',
    CLEAN,
    BASIC,
)
_typed(
    "a text with its pronunciation",
    '<c r="D4" t="inlineStr"><is><t>某某玩具有限公司</t><rPh sb="0" eb="2"><t>mǒumǒu</t></rPh><phoneticPr fontId="1"/></is></c>',
    CLEAN,
    BASIC,
)
_typed(
    "a text as the result of a formula",
    '<c r="D4" t="str"><f>A1&amp;B1</f><v>某某玩具有限公司</v></c>',
    CLEAN,
    BASIC,
)
_typed(
    "a text in CDATA",
    '<c r="D4" t="str"><v><![CDATA[某某玩具有限公司]]></v></c>',
    refused("file_damaged"),
    BASIC,
)
_typed(
    "a text in character references",
    '<c r="D4" t="str"><v>&#26576;&#26576;&#x73A9;&#x5177;有限公司</v></c>',
    CLEAN,
    BASIC,
)
_typed(
    "blanks around a stored number",
    '<c r="D4" s="{s}"><v> 77037 </v></c>',
    noted(("normalised", LAND, "land_area")),
)
_typed("a number with an exponent", '<c r="D4" s="{s}"><v>7.7037E4</v></c>', CLEAN)
_typed("a number with binary noise", '<c r="D4" s="{s}"><v>77037.000000000004</v></c>', CLEAN)
_typed(
    "a number stored as text", '<c r="D4" t="str"><v>77037</v></c>', noted(("normalised", LAND, "land_area"))
)
_typed(
    "full-width digits", '<c r="D4" t="str"><v>７７０３７</v></c>', noted(("normalised", LAND, "land_area"))
)
_typed(
    "a number with separators",
    '<c r="D4" t="str"><v>77,037</v></c>',
    noted(("normalised", LAND, "land_area")),
)
_typed(
    "a number with zero-width characters",
    '<c r="D4" t="str"><v>\u200b77037\ufeff\u00a0</v></c>',
    noted(("normalised", LAND, "land_area")),
)
_typed("negative zero", '<c r="D6" s="{s}"><v>-0</v></c>', CLEAN, SITE, "D6")
_typed("a number beyond all measure", '<c r="D4" s="{s}"><v>1E308</v></c>', _is("not_a_number"))
_typed("a number too large for a computer", '<c r="D4" s="{s}"><v>1E999</v></c>', _is("cell_error"))
_typed("a number too small for a computer", '<c r="D4" s="{s}"><v>1E-400</v></c>', _is("out_of_range"))
_typed("NaN as a number", '<c r="D4" s="{s}"><v>NaN</v></c>', _is("cell_error"))
_typed("INF as a number", '<c r="D4" s="{s}"><v>INF</v></c>', _is("cell_error"))
_typed("NaN as a text", '<c r="D4" t="str"><v>NaN</v></c>', _is("not_a_number"))
_typed("a word in a number cell", '<c r="D4" s="{s}"><v>约77037</v></c>', _is("not_a_number"))
_typed("TRUE in a number cell", '<c r="D4" t="b"><v>1</v></c>', _is("not_a_number"))
_typed(
    "TRUE for 是",
    '<c r="D10" t="b"><v>1</v></c>',
    noted(("normalised", "基本信息!D10", "has_boiler")),
    BASIC,
    "D10",
)
_typed("an unknown type of cell", '<c r="D4" t="zz"><v>77037</v></c>', refused("file_damaged"))
_typed("an error value", '<c r="D4" t="e"><v>#REF!</v></c>', _is("cell_error"))
_typed("an error value of new functions", '<c r="D4" t="e"><v>#SPILL!</v></c>', _is("cell_error"))
_typed("an error value without words", '<c r="D4" t="e"/>', _is("missing"))
_typed(
    "an error in a text cell",
    '<c r="D4" t="e"><v>#N/A</v></c>',
    faulty(("cell_error", NAME, "enterprise_name")),
    BASIC,
)
_typed("an error written as text", '<c r="D4" t="str"><v>#DIV/0!</v></c>', _is("cell_error"))

# -- formulas ----------------------------------------------------------------------------------------------------
_typed("a formula with its result", '<c r="D4" s="{s}"><f>70000+7037</f><v>77037</v></c>', CLEAN)
_typed(
    "a formula without its result", '<c r="D4" s="{s}"><f>SUM(A1:A3)</f></c>', _is("formula_without_result")
)
_typed(
    "a formula with an empty result",
    '<c r="D4" s="{s}"><f>SUM(A1:A3)</f><v></v></c>',
    _is("formula_without_result"),
)
_typed(
    "an array formula without its result",
    '<c r="D4"><f t="array" ref="D4">SUM(A1:A3*B1:B3)</f></c>',
    _is("formula_without_result"),
)
_typed(
    "an array formula with its result",
    '<c r="D4"><f t="array" ref="D4">SUM(A1:A3*B1:B3)</f><v>77037</v></c>',
    CLEAN,
)
_typed(
    "a dynamic array", '<c r="D4" cm="1"><f t="array" ref="D4">_xlfn.UNIQUE(A1)</f><v>77037</v></c>', CLEAN
)
_typed(
    "a data table",
    '<c r="D4"><f t="dataTable" ref="D4:D4" dt2D="1" dtr="1" r1="A1" r2="B1"/><v>77037</v></c>',
    CLEAN,
)
_typed(
    "a shared formula without its result",
    '<c r="D4"><f t="shared" ref="D4:D5" si="0">A1*2</f></c>',
    _is("formula_without_result"),
)
_typed(
    "a formula whose result is an empty text",
    '<c r="D4" t="str"><f>IF(1,"","")</f><v></v></c>',
    _is("missing"),
)
_typed(
    "a formula that fetches from the web",
    '<c r="D4"><f>WEBSERVICE("http://example.com/")</f><v>77037</v></c>',
    CLEAN,
)
_typed("a DDE formula", "<c r=\"D4\"><f>cmd|'/c calc'!A1</f><v>77037</v></c>", CLEAN)


@kind("a column of shared formulas", CLEAN)
def _shared(clean: bytes) -> bytes:
    first = cell("D6", '<c r="D6" s="{s}"><f t="shared" ref="D6:D7" si="0">B6*2</f><v>5000</v></c>')
    second = cell("D7", '<c r="D7" s="{s}"><f t="shared" si="0"/><v>300</v></c>')
    return changed(clean, {ENERGY: both(first, second)})


# -- dates -------------------------------------------------------------------------------------------------------
DAY = "基本信息!D7"


def _style(clean: bytes, number_format: str, code: str = "") -> tuple[bytes, int]:
    """The workbook with one more cell style, and its number."""
    found: list[int] = []

    def add(xml: bytes) -> bytes:
        match = re.search(rb'<cellXfs count="(\d+)">.*?</cellXfs>', xml, re.S)
        assert match is not None
        found.append(int(match.group(1)))
        xf = f'<xf numFmtId="{number_format}" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        block = match.group().replace(b"</cellXfs>", xf.encode())
        block = block.replace(b'count="%d"' % found[0], b'count="%d"' % (found[0] + 1))
        xml = xml[: match.start()] + block + xml[match.end() :]
        if code:
            fmt = f'<numFmt numFmtId="{number_format}" formatCode="{code}"/></numFmts>'
            xml = replaced(b"</numFmts>", fmt.encode())(xml)
        return xml

    data = changed(clean, {STYLES: add})
    return data, found[0]


def _dated(name: str, number_format: str, expect: Expect, code: str = "", serial: str = "45717") -> None:
    @kind(name, expect)
    def make(clean: bytes) -> bytes:
        data, number = _style(clean, number_format, code)
        return changed(data, {BASIC: cell("D7", f'<c r="D7" s="{number}"><v>{serial}</v></c>')})


# 45717 = 2025-03-01 (days since 1899-12-30)
_dated("a Chinese built-in date format", "31", CLEAN)
_dated("a Chinese built-in format of year and month", "57", CLEAN)
_dated("a date format in Chinese", "931", CLEAN, "[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;")
_dated("a date format with the weekday", "932", CLEAN, "[$-804]aaaa yyyy/m/d")
_dated("a date of the Buddhist calendar", "933", CLEAN, "[$-107041E]d mmm yyyy")
_dated("a date before 1900", "14", faulty(("not_a_date", DAY, "evaluation_date")), serial="-5")
_dated("a date after the year 9999", "14", faulty(("not_a_date", DAY, "evaluation_date")), serial="9999999")
_typed(
    "a date as text",
    '<c r="D7" t="str"><v>2025年3月1日</v></c>',
    noted(("normalised", DAY, "evaluation_date")),
    BASIC,
    "D7",
)
_typed("an ISO date cell", '<c r="D7" t="d"><v>2025-03-01</v></c>', CLEAN, BASIC, "D7")
_typed(
    "a date as a bare number",
    '<c r="D7" s="0"><v>45717</v></c>',
    faulty(("not_a_date", DAY, "evaluation_date")),
    BASIC,
    "D7",
)


@kind("the calendar of 1904", noted(("dates_1904", "", "")))
def _epoch(clean: bytes) -> bytes:
    data = changed(clean, {BOOK: replaced(b"<workbookPr ", b'<workbookPr date1904="1" ')})
    return changed(data, {BASIC: replaced(b"<v>45717</v>", b"<v>44255</v>")})  # 1462 days less


@kind("the calendar of 1904 switched on by mistake", faulty(("dates_1904", "", "")))
def _epoch_wrong(clean: bytes) -> bytes:
    return changed(clean, {BOOK: replaced(b"<workbookPr ", b'<workbookPr date1904="1" ')})


# -- texts -------------------------------------------------------------------------------------------------------
LONG = "很" * 32_767
_text("a text of blanks only", " \u3000\t\u00a0 ", faulty(("missing", NAME, "enterprise_name")))
_text(
    "a text of invisible characters only",
    "\u200b\u200d\ufeff\u2060",
    faulty(("missing", NAME, "enterprise_name")),
)
_text("blanks around a text", "  某某玩具有限公司\u3000", CLEAN)
_text("zero-width characters within a text", "某某\u200b玩具\ufeff有限公司", CLEAN)
_text("line breaks within a name stay", "某某玩具\r\n有限公司\n", faulty())
_text("an escaped control character", "某某玩具有限公司_x0007_", CLEAN)
_text("an escaped line break", "某某玩具有限公司_x000D_", CLEAN)
_text("turned writing direction", "某某玩具有限公司\u202e", CLEAN)
_text("the longest text a cell holds", LONG, faulty(("too_long", NAME, "enterprise_name")))
_text("a text of ten million characters", "很" * 10_000_000, refused("file_ratio"))
_text(
    "a long text of many words",
    "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(600_000)),
    faulty(("too_long", NAME, "enterprise_name")),
)
_text("invisible remains below a table", "\u200b", CLEAN, ENERGY, "B15")
_text("a formula typed as text", "=1+1", faulty(("not_a_number", LAND, "land_area")), SITE)
_text("a bullet that became a formula", "#NAME?", faulty(("cell_error", LAND, "land_area")), SITE)
_text(
    "a picture of WPS in a cell", '=DISPIMG("ID_1",1)', faulty(("picture_in_cell", LAND, "land_area")), SITE
)

_STRUCTURES = (
    '<rvStructures xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata" count="1"><s t="{}">'
    '<k n="_rvRel:LocalImageIdentifier" t="i"/></s></rvStructures>'
)


def _rich(name: str, structure: str, expect: Expect) -> None:
    """An error value with a rich one behind it, as programs that know it show it."""

    @kind(name, expect)
    def make(clean: bytes) -> bytes:
        data = changed(clean, {SITE: cell("D4", '<c r="D4" t="e" vm="1"><v>#VALUE!</v></c>')})
        return with_parts(
            data, {"xl/richData/rdrichvaluestructure.xml": _STRUCTURES.format(structure).encode()}
        )


_rich("a picture of Excel in a cell", "_localImage", _is("picture_in_cell"))
_rich("an error of dynamic arrays", "_error", _is("cell_error"))
_typed("an error value of Google Sheets", '<c r="D4" t="e"><f>FOO()</f><v>#ERROR!</v></c>', _is("cell_error"))


@kind("a shared text that is not there", refused("file_damaged"))
def _string_out_of_range(clean: bytes) -> bytes:
    return changed(clean, {BASIC: cell("D4", '<c r="D4" t="s"><v>99999</v></c>')})


@kind("a shared text with a negative number", refused("file_damaged"))
def _string_negative(clean: bytes) -> bytes:
    return changed(clean, {BASIC: cell("D4", '<c r="D4" t="s"><v>-1</v></c>')})


@kind("a wrong count of shared texts", CLEAN)
def _string_count(clean: bytes) -> bytes:
    return changed(
        clean,
        {STRINGS: substituted(rb'count="\d+" uniqueCount="\d+"', b'count="4000000000" uniqueCount="1"')},
    )


# -- styles and views --------------------------------------------------------------------------------------------
@kind("a style that is not there", CLEAN)
def _style_out_of_range(clean: bytes) -> bytes:
    return changed(clean, {SITE: cell("D4", '<c r="D4" s="9999"><v>77037</v></c>')})


@kind("an empty fill in the styles (WPS)", CLEAN)
def _empty_fill(clean: bytes) -> bytes:
    return changed(clean, {STYLES: substituted(rb"<fill>.*?</fill>", b"<fill/>", 1)})


@kind("tens of thousands of styles", CLEAN)
def _styles(clean: bytes) -> bytes:
    """Years of copying between workbooks leave them behind."""
    styles = b"".join(
        b'<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="%d" xfId="%d"/>'
        % (10 if n % 3 else 0, n * 7 % 977, n * 13 % 613, n * 31 % 401, n * 3 % 211)
        for n in range(64_000)
    )
    return changed(clean, {STYLES: replaced(b"</cellXfs>", styles + b"</cellXfs>")})


@kind("a per-cent format on an area", faulty(("percent_unexpected", LAND, "land_area")))
def _percent(clean: bytes) -> bytes:
    data, number = _style(clean, "10")
    return changed(data, {SITE: cell("D4", f'<c r="D4" s="{number}"><v>770.37</v></c>')})


@kind("a number in a date format", faulty(("not_a_number", LAND, "land_area")))
def _date_for_number(clean: bytes) -> bytes:
    data, number = _style(clean, "14")
    return changed(data, {SITE: cell("D4", f'<c r="D4" s="{number}"><v>77037</v></c>')})


@kind("a protected workbook and sheet", CLEAN)
def _protected(clean: bytes) -> bytes:
    lock = b'<workbookProtection workbookAlgorithmName="SHA-512" lockStructure="1"/><bookViews>'
    data = changed(clean, {BOOK: replaced(b"<bookViews>", lock)})
    return changed(
        data,
        {
            ENERGY: substituted(
                rb"<sheetProtection [^>]*/>",
                b'<sheetProtection algorithmName="SHA-512" hashValue="x" saltValue="y" spinCount="100000" sheet="1"/>',
            )
        },
    )


@kind("read-only recommended", CLEAN)
def _read_only(clean: bytes) -> bytes:
    return changed(
        clean,
        {BOOK: replaced(b"<workbookPr ", b'<fileSharing readOnlyRecommended="1" userName="x"/><workbookPr ')},
    )


@kind("hidden and filtered rows", CLEAN)
def _hidden_rows(clean: bytes) -> bytes:
    hidden = substituted(rb'<row r="7"', b'<row hidden="1" r="7"')
    return changed(clean, {ENERGY: both(hidden, after_sheet_data('<autoFilter ref="A5:F8"/>'))})


@kind("hidden and grouped columns", CLEAN)
def _hidden_columns(clean: bytes) -> bytes:
    return changed(
        clean,
        {
            SITE: substituted(
                rb'<col min="4" max="4"', b'<col hidden="1" outlineLevel="2" collapsed="1" min="4" max="4"'
            )
        },
    )


@kind("drop-downs, colours and extensions lost by pasting", CLEAN)
def _pasted(clean: bytes) -> bytes:
    lost = both(
        substituted(rb"<dataValidations.*?</dataValidations>", b""),
        substituted(rb"<conditionalFormatting.*?</conditionalFormatting>", b""),
    )
    return changed(clean, {SITE: lost})
