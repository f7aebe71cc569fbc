"""Contributions from the reports alone: the numbers put into a formula, put in one for the other.

Where there is no evaluation (two reports without their workbooks), a figure's own operands are exchanged in the printed
computation `(70800 + 3600) ÷ 60000`; both must have the same shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext
from typing import Final

from pipeline.quantity import PRECISION, significant
from pipeline.review.contribute import EXACT, Contribution, Contributions, shapley
from pipeline.review.segment import delta_text, number_of
from pipeline.review.values import Value

_TOKEN: Final = re.compile(r"\s*(\d+(?:\.\d+)?|[+−×÷()])")
PRINTED_DIGITS: Final = 10
_REMARK: Final = re.compile(r"（[^）]*）")
_LEVEL: Final = {"+": 1, "−": 1, "×": 2, "÷": 2}


def contributions(old: Value, new: Value, labels: dict[str, str]) -> Contributions:
    """The shares of the operands of an indicator, from what both reports printed. `labels` by tag."""
    before, after = _tokens(old.substituted), _tokens(new.substituted)
    if before is None or after is None:
        return Contributions(reason="报告中的算式不是四则运算，不分解")
    if [t if t in _LEVEL or t in "()" else "#" for t in before] != [
        t if t in _LEVEL or t in "()" else "#" for t in after
    ]:
        return Contributions(reason="前后算式的项数不同，只凭报告不分解；给出录入表可分解")
    places = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    if not places or len(places) > EXACT:
        return Contributions(reason="只凭报告不分解；给出录入表可分解")
    names = _names(new, after, labels)

    def value(chosen: frozenset[str]) -> Decimal | None:
        return computed(
            [
                b if str(n) in chosen or n not in places else a
                for n, (a, b) in enumerate(zip(before, after, strict=True))
            ]
        )

    with localcontext(prec=PRECISION):
        amounts = shapley([str(n) for n in places], value)
    if any(a is None for a in amounts):
        return Contributions(reason="有的组合算不出数值，不分解")
    shares = [
        Contribution(names.get(n, f"第 {n + 1} 个数"), delta_text(before[n], after[n]), amount)
        for n, amount in zip(places, amounts, strict=True)
        if amount
    ]
    return Contributions(tuple(sorted(shares, key=lambda s: (-abs(s.amount), s.label))))


def _tokens(text: str) -> list[str] | None:
    plain, at, found = _REMARK.sub("", text).replace("100%", "100").strip(), 0, []
    while at < len(plain):
        match = _TOKEN.match(plain, at)
        if match is None:
            return None
        found.append(match.group(1))
        at = match.end()
    return found or None


def _names(value: Value, tokens: Sequence[str], labels: dict[str, str]) -> dict[int, str]:
    """Which operand stands at which place: the first free place with its number."""
    names: dict[int, str] = {}
    for tag, text in value.operands:
        at = next((n for n, t in enumerate(tokens) if n not in names and _same_number(t, text)), None)
        if at is not None:
            names[at] = labels.get(tag, tag)
    return names


def _same_number(token: str, value: str) -> bool:
    """Whether a printed number is a value, in full or with ten significant digits."""
    number = number_of(value)
    if number is None or not token[0].isdigit():
        return False
    return Decimal(token) == number or token == significant(number, PRINTED_DIGITS)


def computed(tokens: Sequence[str]) -> Decimal | None:
    """The result of a computation in tokens; None for what cannot be computed."""
    numbers: list[Decimal] = []
    signs: list[str] = []
    before = "("
    try:
        for token in tokens:
            if token == "(":
                signs.append(token)
            elif token == ")":
                while signs[-1] != "(":
                    _apply(numbers, signs.pop())
                signs.pop()
            elif token in _LEVEL:
                if before in "(+−×÷" and token == "−":
                    numbers.append(Decimal(0))
                while signs and signs[-1] != "(" and _LEVEL[signs[-1]] >= _LEVEL[token]:
                    _apply(numbers, signs.pop())
                signs.append(token)
            else:
                numbers.append(Decimal(token))
            before = token
        while signs:
            _apply(numbers, signs.pop())
    except (IndexError, DivisionByZero, InvalidOperation):
        return None
    return numbers[0] if len(numbers) == 1 else None


def _apply(numbers: list[Decimal], sign: str) -> None:
    right, left = numbers.pop(), numbers.pop()
    match sign:
        case "+":
            numbers.append(left + right)
        case "−":
            numbers.append(left - right)
        case "×":
            numbers.append(left * right)
        case _:
            numbers.append(left / right)
