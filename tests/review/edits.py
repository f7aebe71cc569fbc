"""The 40 edits that people make to a report of sample 1 in Word, and what must be found of each.

`found` are (kind of fault, or act of a narrative edit; words of its place): all of them and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.review.word_edits import Word

AREA = "用地和建筑面积"
STAFF = "截至2024年末"
LAND = "工厂用地面积为"
SCORES = "胶粘剂行业绿色工厂评价指标自评价表（标准附录B已刊部分）"
MORE = "胶粘剂行业绿色工厂评价指标自评价表（标准附录B未刊部分，暂拟）"
DEVICES = "主要用能设备"
HOUSES = "主要建筑物"
ENERGY = "各类能源消耗"


@dataclass(frozen=True)
class WordEdit:
    """One edit: what it is, how it is done, what must be found."""

    name: str
    do: Callable[[Word], None]
    found: tuple[tuple[str, str], ...]


EDITS = (
    WordEdit("正文中的数值在控件内改写", lambda w: w.type_over(w.paragraph(LAND), "f:land_area", "62000"), (("typed_over", "工厂用地面积为"),)),
    WordEdit("表格中的数值在控件内改写", lambda w: w.type_over(w.cell(AREA, "建筑物建筑面积", 2), "f:building_floor_area", "71800"), (("typed_over", "“建筑物建筑面积”行 · 数值"),)),
    WordEdit("去掉控件后改成别的数", lambda w: w.flatten(w.paragraph("容积率为 "), "i:floor_area_ratio", "1.30"), (("typed_over", "（1）容积率 · “容积率为 1.30"),)),
    WordEdit("数值删去", lambda w: w.flatten(w.paragraph(STAFF), "f:employees", ""), (("removed", "“截至2024年末，工厂在册职工人。”"),)),
    WordEdit("等级改写", lambda w: w.type_over(w.paragraph("建筑密度为 "), "l:building_density", "达到推荐值"), (("typed_over", "（2）建筑密度 · “建筑密度为"),)),
    WordEdit("判定改写", lambda w: w.type_over(w.row(SCORES, "B05"), "v:B05", "不符合"), (("typed_over", "B05 行 · 自评 结果"),)),
    WordEdit("得分改写", lambda w: w.type_over(w.row(MORE, "K01"), "s:K01", "40"), (("typed_over", "K01 行 · 暂拟 得分"),)),
    WordEdit("总分改写", lambda w: w.type_over(w.row("得分合计表", "全表（暂拟）"), "tot:provisional", "100"), (("typed_over", "“全表（暂拟）”行 · 得分"),)),
    WordEdit("正文中的单位改掉", lambda w: w.replace(w.paragraph("2024年，工厂综合能耗为"), " tce", " kgce"), (("unit", "“2024年，工厂综合能耗为"),)),
    WordEdit("单位栏改掉", lambda w: w.set_cell(w.cell(AREA, "用地面积", 1), "亩"), (("unit", "“用地面积”行 · 单位"),)),
    WordEdit("表头的单位改掉", lambda w: w.set_cell(w.cell(HOUSES, "用途", 4), "建筑面积（亩）"), (("unit", "主要建筑物 · 表头"),)),
    WordEdit("表头的年份对调", lambda w: (w.set_cell(w.cell("近三年生产经营情况", "项目", 2), "2023年"), w.set_cell(w.cell("近三年生产经营情况", "项目", 3), "2022年"))[0], (("year", "近三年生产经营情况 · 表头"),) * 3),
    WordEdit("正文中的年份改掉", lambda w: w.replace(w.paragraph("2024年研发投入为"), "2024年", "2023年"), (("year", "研发投入为"),)),
    WordEdit("客户文字中的数改掉", lambda w: w.replace(w.paragraph("计量管理情况："), "专职计量员 2 人", "专职计量员 5 人"), (("number", "“计量管理情况："),)),
    WordEdit("增加一段，有没有依据的数", lambda w: w.add_after(w.paragraph("单位简介见"), "另外，工厂全年节水 5873 m³。"), (("number", "“另外，工厂全年节水"),)),
    WordEdit("增加一段，没有数", lambda w: w.add_after(w.paragraph("厂区权属为"), "厂区绿化由专人养护，环境整洁。"), (("增", "“厂区绿化由专人养护"),)),
    WordEdit("改写一句，没有数", lambda w: w.replace(w.paragraph("厂房采用多层建筑"), "厂房采用多层建筑。", "厂房均为多层建筑，布局紧凑。"), (("改", "“厂房均为多层建筑"),)),
    WordEdit("承诺单位的名称改掉", lambda w: w.replace(w.paragraph("承诺单位："), "示例青禾水性胶粘材料有限公司", "示例青禾新材料有限公司"), (("fact", "“承诺单位："),)),
    WordEdit("统一社会信用代码改一位", lambda w: w.replace(w.paragraph("示例青禾水性胶粘材料有限公司（以下"), "91000000MAQH00001A", "91000000MAQH00001B"), (("fact", "（以下简称“工厂”）成立于"),)),
    WordEdit("证明材料清单删去一行", lambda w: w.remove(w.row("证明材料清单", "E13")), (("删", "证明材料清单 · “E13”行"), *(("evidence", p) for p in ("基本要求符合性自评表 · B09 行", "B09 行 · 证明材料 索引", "证明材料的日期、文件和引用")))),
    WordEdit("能源表删去一行", lambda w: w.remove(w.row(ENERGY, "6.56")), (("removed", "各类能源消耗 · “柴油”行"),)),
    WordEdit("设备表的行移到前面", lambda w: w.move_up(w.row(DEVICES, "内燃叉车")), (("移", "“内燃叉车”行"),)),
    WordEdit("设备表增加一行", lambda w: w.add_row(w.row(DEVICES, "电动叉车"), ["螺杆空压机", "LG-37", "空压机", "137", "237", "电力", "1级", "否"]), (("row", "“螺杆空压机”行"),)),
    WordEdit("表格中的文字改写", lambda w: w.set_cell(w.cell(HOUSES, "二号厂房", 2), "轻型钢结构"), (("改", "“二号厂房”行 · 结构形式"),)),
    WordEdit("填报表格中的数改写", lambda w: w.type_over(w.row(HOUSES, "一号厂房"), "t:buildings[1].floor_area", "19300"), (("typed_over", "“一号厂房”行 · 建筑面积"),)),
    WordEdit("系数的版本改掉", lambda w: w.replace(w.paragraph("注：综合能耗按 GB/T 2589"), "2589-2020", "2589-2008"), (("edition", "“注：综合能耗按"),)),
    WordEdit("系数的数值改写", lambda w: w.type_over(w.row("采用的折标准煤系数与排放因子", "kgce/m³"), "k:coal/GB/T 2589-2020/天然气", "1.2143"), (("typed_over", "折标准煤系数与排放因子 ·"),)),
    WordEdit("图的数据改掉", lambda w: w.chart_value("word/charts/chart1.xml", "258.09", "285.09"), (("chart", "近三年各类能源折标准煤量"),)),
    WordEdit("引用不存在的证明材料", lambda w: w.set_cell(w.cell(SCORES, "B38", 10), "E99"), (("evidence", "B38 行 · 证明材料 索引"), ("改", "B38 行 · 证明材料 索引"))),
    WordEdit("日期改写", lambda w: w.type_over(w.paragraph("2025年3月28日"), "f:signature_date", "2025年4月1日"), (("typed_over", "材料真实性承诺"),)),
    WordEdit("变化幅度改写", lambda w: w.type_over(w.paragraph("2024年，工厂工业总产值为"), "chg:gross_output_value", "较上年增长 17.1%"), (("typed_over", "“2024年，工厂工业总产值为"),)),
    WordEdit("限值改写", lambda w: w.type_over(w.paragraph("单位用地面积产值为 "), "lim:output_per_land_area/excellent", "999"), (("typed_over", "“单位用地面积产值为"),)),
    WordEdit("整段删去，其中有数值", lambda w: w.remove(w.paragraph("2024年环保投入为")), (("removed", "“2024年环保投入为"),)),
    WordEdit("句末加一句，有没有依据的数", lambda w: w.append(w.paragraph("土地权属文件编号为"), "另租用仓库 1357 m²。"), (("number", "“土地权属文件编号为"), ("改", "“土地权属文件编号为"))),
    WordEdit("合计改写", lambda w: w.type_over(w.paragraph("列入上表的产品2024年产量合计"), "sum:products.output", "21000"), (("typed_over", "“列入上表的产品2024年产量合计"),)),
    WordEdit("标题改写", lambda w: w.replace(w.paragraph("发展现状"), "发展现状", "企业发展现状"), (("改", "（二）企业发展现状"),)),
    WordEdit("表题改写", lambda w: w.replace(w.paragraph("表 1-2　荣誉和认定"), "荣誉和认定", "获得的荣誉和认定"), (("改", "题注“表 1-2 获得的荣誉和认定”"),)),
    WordEdit("修订状态下改数", lambda w: w.track(w.paragraph("视频监控和报警装置："), "视频监控 86 点", "视频监控 96 点"), (("number", "“视频监控和报警装置："),)),
    WordEdit("复制数值到别处再改写", lambda w: w.copy_control(w.paragraph("示例青禾水性胶粘材料有限公司（以下"), "f:established", w.paragraph("主营业务："), "2010年6月18日"), (("typed_over", "“主营业务："),)),
    WordEdit("综合能耗表中一项改写", lambda w: w.type_over(w.row("近三年综合能耗及构成", "电力"), "q:energy_electricity@-1", "260.72"), (("typed_over", "近三年综合能耗及构成 · “电力”行"), ("arithmetic", "近三年综合能耗及构成 · “综合能耗”行 · 2023年"))),
)  # fmt: skip

HARMLESS: tuple[Callable[[Word], None], ...] = (
    lambda w: w.flatten(w.cell(AREA, "构筑物建筑面积", 2), "f:structure_floor_area"),
    lambda w: w.type_over(w.cell(AREA, "绿化面积", 2), "f:green_area", "9,000"),
    lambda w: w.replace(w.paragraph("主营业务："), "主营业务：", "主营业务： "),
)
"""What changes nothing that a reader sees: a control taken away, a separator of thousands, a blank."""
