"""The compiled field rules against cerberus, whose language they are written in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.constraints import Constraints, compiled, field_rules
from pipeline.intake.constraints_reference import judged
from pipeline.quantity import MISSING, NotApplicable
from pipeline.standard.types import Field, IntakeSchema, Sheet, Standard, Table

OPTIONS = ("甲", "乙", "丙类", "")
PATTERNS = (r"\d{4}", r"[A-Z]+|x", r"(a|b)*", r"^甲.*$", r"\w+-\w+", r"")
LIMITS = st.none() | st.decimals(min_value=-10, max_value=10, places=1)
TEXTS = st.sampled_from([*OPTIONS, "2024", "2024\n", "AB", "x", "甲乙", "a-b", "丙类、甲"]) | st.text(
    max_size=6
)
VALUES = (
    st.decimals(min_value=-12, max_value=12, places=1)
    | TEXTS
    | st.dates()
    | st.booleans()
    | st.lists(TEXTS, max_size=3).map(tuple)
    | st.datetimes()
)
FIELDS = st.builds(
    Field,
    id=st.just("x"),
    label=st.just("甲"),
    type=st.sampled_from(
        "text long_text number integer date year month choice multi_choice yes_no".split()
    ),
    min=LIMITS, max=LIMITS, above=LIMITS, below=LIMITS,
    max_length=st.none() | st.integers(0, 4),
    pattern=st.none() | st.sampled_from(PATTERNS),
    options=st.lists(st.sampled_from(OPTIONS), max_size=3, unique=True).map(tuple),
)  # fmt: skip


EXAMPLES = 300


def outcome(judge: Any) -> object:
    """What a judge says, or that it refuses the type."""
    try:
        return judge()
    except AssertionError:
        return "wrong type"


def by_ours(rules: Mapping[str, Any], value: object) -> object:
    """The first broken rule by the compiled check."""
    check = compiled(rules)
    return None if check is None else outcome(lambda: check(value))


@settings(max_examples=EXAMPLES)
@given(FIELDS, VALUES)
def test_a_compiled_rule_says_of_every_value_what_cerberus_says(asked: Field, value: object) -> None:
    rules = field_rules(asked)
    wanted = outcome(lambda: judged({"x": rules}, {"x": value}).get("x"))
    if len(rules) > 1:
        assert by_ours(rules, value) == wanted


def test_every_field_of_a_pack_has_a_compiled_rule_for_every_declared_one(adhesive: Standard) -> None:
    schema = adhesive.intake
    asked = [*schema.fields.values(), *(c for t in schema.tables.values() for c in t.columns)]
    assert all((compiled(field_rules(f)) is None) == (set(field_rules(f)) == {"type"}) for f in asked)


def test_a_rule_that_is_not_known_cannot_be_compiled() -> None:
    with pytest.raises(KeyError):
        compiled({"type": "text", "excludes": "y"})


def test_the_first_of_several_broken_rules_is_told_and_blanks_are_not_judged() -> None:
    low, high = Decimal(3), Decimal(2)
    number = Field("n", "数", "number", min=low, max=high, unit="t")
    text = Field("t", "文", "text", max_length=1, pattern="甲")
    schema = IntakeSchema((Sheet("s", "表", fields=(number, text)),))
    rules = Constraints(schema)
    assert rules.broken_fields({"n": Decimal("2.5"), "t": "乙乙"}) == {
        "n": ("out_of_range", {"limit": "不大于 2"}),
        "t": ("too_long", {"length": "2", "limit": "1"}),
    }
    assert rules.broken_fields({"n": MISSING, "t": NotApplicable("无")}) == {}


def test_a_row_that_asks_something_of_its_own_is_judged_by_its_own_rule() -> None:
    column = Field("c", "列", "text", max_length=1)
    own = Field("c", "列", "number", max=Decimal(1), unit="t")
    table = Table("t", "表", (column, Field("d", "日", "date")))
    rules = Constraints(IntakeSchema((Sheet("s", "表", tables=(table,)),)))
    values = {"c": Decimal(2), "d": dt.date(2024, 1, 1)}
    assert rules.broken_row(table, {"c": own, "d": table.columns[1]}, values) == {
        "c": ("out_of_range", {"limit": "不大于 1"})
    }
    assert rules.broken_row(table, {"c": column}, {"c": "甲乙"}) == {
        "c": ("too_long", {"length": "2", "limit": "1"})
    }
