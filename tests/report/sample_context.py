"""A made-up context for the sample template, with the worst client text that may come."""

from __future__ import annotations

from typing import Any

from pipeline.report.marks import compose, figure

WICKED = "A&B <胶> {{ f.secret }} {% if x %} {_{ }_} {_% %_} 😀 C:\\a\\t\\f \"双\" '单'"
LONG = "本公司成立于一九九八年，专业从事胶粘剂的研发与生产。" * 160


def output(row: int, text: str) -> str:
    """The output of a product, a figure."""
    return figure(text, f"t:products[{row}].output", "产量")


def sentence(number: int) -> str:
    """A sentence with figures of digits and of words."""
    value = figure(f"0.{number}", f"i:n{number}", f"指标{number}")
    level = figure("达到推荐值", f"l:n{number}", f"指标{number}达到等级")
    limit = figure("0.1", f"lim:n{number}/recommended", f"指标{number}推荐值")
    return compose("指标{}为 {}，{}（≥{}）。", str(number), value, level, limit)


def sample_context(rows: int = 40) -> dict[str, Any]:
    """A whole context with a score table of the given length."""
    return {
        "report": {
            "title": "绿色工厂自评价报告",
            "draft": False,
            "year": "2024",
            "year_1": "2023",
            "year_2": "2022",
            "date": "2025年3月1日",
            "date_upper": "二〇二五年三月一日",
            "file_name": "自评价报告",
        },
        "standard": {
            "number": "T/TOY 1-2024",
            "full_name": "T/TOY 1-2024《玩具行业绿色工厂评价要求》",
            "references": [
                {"number": "GB/T 36132", "title": "绿色工厂评价通则"},
                {"number": "GB/T 2589", "title": "综合能耗计算通则"},
            ],
        },
        "f": {
            "enterprise_name": "云溪胶粘剂（虚构）有限公司",
            "province": "浙江省湖州市",
            "industry": "C2669 其他专用化学产品制造",
            "credit_code": "91330500MA2XXXXXXX",
            "address": "浙江省湖州市南太湖新区示例路 1 号",
            "postcode": "313000",
            "contact": "张三",
            "phone": "0572-0000000",
            "website": "https://example.invalid",
            "introduction": LONG[:700] + "\n第二段：主营业务。\r\n第三段：\t荣誉。",
            "energy_work": WICKED,
        },
        "has": {"website": True},
        "yes": {"iso14001": True},
        "note": {"output": "含委托加工。"},
        "tables": {
            "products": [
                {
                    "no": "1",
                    "name": "丙烯酸酯压敏胶",
                    "process": "聚合反应型",
                    "output": output(1, "12,000.0"),
                },
                {"no": "2", "name": "聚氨酯胶", "process": "聚合反应型", "output": output(2, "800.5")},
                {"no": "3", "name": WICKED, "process": "复配混合型", "output": "—"},
            ],
            "projects": [],
            "energy": [
                {
                    "energy": name,
                    "unit": "万kWh",
                    "amount": figure("1,234.5", "t:energy[1].amount", f"{name}消耗量"),
                    "amount_1": "1,300.0",
                    "amount_2": "未填",
                }
                for name in ("电力", "天然气", "蒸汽")
            ],
        },
        "totals": {"products": {"output": figure("12,800.5", "sum:products.output", "产量合计")}},
        "indicator_list": [
            {"no": str(n), "label": f"指标{n}", "sentence": sentence(n)} for n in range(1, 12)
        ],
        "scorecard": {
            "rows": [
                {
                    "category": f"一级指标{n // 10 + 1}",
                    "subcategory": f"二级指标{n // 4 + 1}",
                    "text": f"第 {n + 1} 条：工厂的建筑应满足国家或地方相关法律法规及标准的要求。",
                    "obligation": "必选" if n % 3 else "可选",
                    "points": "10",
                    "score": figure(str(n % 11), f"s:B{n:02d}", f"B{n:02d} 得分"),
                    "statement": "符合要求，证据充分。" if n % 2 else "不适用（无此工序）",
                    "evidence": f"证-{n + 1:02d}",
                }
                for n in range(rows)
            ],
            "printed": {"score": figure("86.5", "tot:printed", "得分")},
        },
        "errata": [{"id": "AN-01", "where": "5.7.5", "does": "按表 1 的单位执行。"}],
    }
