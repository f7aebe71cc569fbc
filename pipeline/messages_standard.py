"""Codes about the standard itself: which edition was used, whether it is in force, what the pack does not know."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.message import NOTE, WARNING, Message

STANDARD_MESSAGES: Mapping[str, Message] = {
    "edition_used": Message(
        NOTE,
        "评价日期为 {date}，按 {number}（{edition} 版，{since}）评价",
        "评价日期填对了就不用改；收录的各版：{editions}。",
        "同一标准的各版，指标和分值不同；用哪一版由评价日期决定。",
    ),
    "edition_gap": Message(
        WARNING,
        "评价日期 {date} 时 {edition} 版已被代替（{superseded}），而后一版尚未施行或没有收录",
        "请核对评价日期和适用的版本；报告要写明所用的版本。",
        "用已被代替的版本评价，结论可能不被承认。",
    ),
    "standard_superseded": Message(
        WARNING,
        "评价日期 {date} 时 {number} 已被代替（{superseded}）",
        "请核对评价日期；确应按新标准评价的，用 lvbao convert 转成新标准的录入表。",
        "用已被代替的标准评价，结论可能不被承认。",
    ),
    "standard_not_effective": Message(
        WARNING,
        "评价日期 {date} 时 {number} 尚未施行（{effective} 起施行）",
        "请核对评价日期，或确认委托方要求提前采用。",
        "标准施行前的评价应说明依据。",
    ),
    "factor_set_not_in_force": Message(
        WARNING,
        "评价日期 {date} 不在“{set}”的有效期内（{validity}），{family}仍按所选版本取用",
        "请核对系数版本；标准指定旧版的，在报告中说明。",
        "用过期的系数，结果与现行口径不一致。",
    ),
    "category_below_minimum": Message(
        WARNING,
        "一级指标“{category}”得分率 {share}%，低于要求的 {minimum}%，评价结论为不符合{award}要求",
        "如填写有误请改正；属实的，结论不能改变。",
        "标准要求各部分分别达到最低得分率，总分高也不能代替。",
    ),
    "points_unknown": Message(
        WARNING,
        "“{criterion}”：{what}没有取得标准原文，不能评分，合计是下限",
        "取得原文后由标准包的维护者补入；在此之前报告写明这一行待定。",
        "没有原文的分值不猜。",
    ),
}
