"""Units of measure: parse, multiply, divide, compare and convert.

A unit is a scale (Decimal) and a set of dimensions. Only units that are declared here exist; an unknown one is
an error of the pack. Money, coal equivalent, carbon dioxide and each countable thing are dimensions of their own,
so that tce never adds up with t, nor 人 with 台.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import lru_cache

_ATOMS: dict[str, tuple[str, str, int]] = {
    # symbol: (scale, dimension, exponent)
    "m": ("1", "length", 1),
    "cm": ("0.01", "length", 1),
    "mm": ("0.001", "length", 1),
    "km": ("1000", "length", 1),
    "m²": ("1", "length", 2),
    "m2": ("1", "length", 2),
    "km²": ("1000000", "length", 2),
    "公顷": ("10000", "length", 2),
    "hm²": ("10000", "length", 2),
    "m³": ("1", "length", 3),
    "m3": ("1", "length", 3),
    "Nm³": ("1", "length", 3),
    "L": ("0.001", "length", 3),
    "mL": ("0.000001", "length", 3),
    "kg": ("1", "mass", 1),
    "t": ("1000", "mass", 1),
    "g": ("0.001", "mass", 1),
    "mg": ("0.000001", "mass", 1),
    "µg": ("0.000000001", "mass", 1),
    "kJ": ("1", "energy", 1),
    "MJ": ("1000", "energy", 1),
    "GJ": ("1000000", "energy", 1),
    "kcal": ("4.1868", "energy", 1),
    "kWh": ("3600", "energy", 1),
    "MWh": ("3600000", "energy", 1),
    "kVA": ("1", "apparent_power", 1),
    "kgce": ("1", "coal_equivalent", 1),
    "tce": ("1000", "coal_equivalent", 1),
    "gce": ("0.001", "coal_equivalent", 1),
    # carbon and carbon dioxide share a dimension; the ratio 44/12 stands in the formula, where the reader sees it
    "kgCO2": ("1", "carbon", 1),
    "tCO2": ("1000", "carbon", 1),
    "kgCO2e": ("1", "carbon", 1),
    "tCO2e": ("1000", "carbon", 1),
    "kgC": ("1", "carbon", 1),
    "tC": ("1000", "carbon", 1),
    "元": ("1", "money", 1),
    "h": ("1", "hour", 1),
    "min": ("0.0166666666666666666666666667", "hour", 1),
    "d": ("1", "day", 1),
    "天": ("1", "day", 1),
    "月": ("1", "month", 1),
    "年": ("1", "year", 1),
    "%": ("0.01", "", 0),
    "‰": ("0.001", "", 0),
    "1": ("1", "", 0),
    "dB(A)": ("1", "sound_level", 1),
    "lx": ("1", "illuminance", 1),
    "lm/W": ("1", "efficacy", 1),
    "℃": ("1", "temperature", 1),
    "ppm": ("0.000001", "", 0),
    "MPa": ("1", "pressure", 1),
    "V": ("1", "voltage", 1),
    "A": ("1", "current", 1),
    "pH": ("1", "ph", 1),
    **{
        name: ("1", name, 1)
        for name in [
            "个",
            "台",
            "套",
            "人",
            "条",
            "份",
            "次",
            "项",
            "盏",
            "件",
            "户",
            "家",
            "层",
            "座",
            "场",
            "只",
            "块",
            "辆",
            "支",
            "名",
            "张",
            "分",
            "级",
            "组",
            "产品单位",
            "原材料单位",
            "污染物单位",
        ]
    },
}
_ATOMS["亩"] = ("666.6666666666666666666666667", "length", 2)
_POWERS: dict[str, str] = {"kW": "3600", "MW": "3600000", "W": "3.6"}
"""Power is energy in an hour: kWh ÷ h is kW. Scales are those of kJ/h."""
_POWER_DIMENSIONS = (("energy", 1), ("hour", -1))
_PREFIXES = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_SCALES = Context(prec=28)
"""Scales are computed with these digits wherever they are asked for first: the results are remembered."""
_TOKEN = re.compile(r"dB\(A\)|lm/W|[·*/()]|[^·*/()\s]+")


class UnknownUnit(ValueError):
    """The text is not a unit that lvbao knows."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its spelling, its scale against the base of its dimensions, and the dimensions (name, exponent).

    Two units are equal when scale and dimensions are; the spelling is for people.
    """

    text: str = field(compare=False)
    scale: Decimal
    dimensions: tuple[tuple[str, int], ...]

    @property
    def is_ratio(self) -> bool:
        """Whether the unit has no dimension (a pure number, per cent …)."""
        return not self.dimensions

    def same_kind(self, other: Unit) -> bool:
        """Whether values of both units may be added and compared."""
        return self.dimensions == other.dimensions

    def factor_to(self, other: Unit) -> Decimal:
        """The number by which a value in this unit is multiplied to be a value in `other`.

        Raises ValueError when the dimensions differ.
        """
        if not self.same_kind(other):
            raise ValueError(f"{self.text} 与 {other.text} 不是同类单位")
        return self.scale / other.scale

    def __mul__(self, other: Unit) -> Unit:
        return _combine(self, other, 1, (self.text, other.text))

    def __truediv__(self, other: Unit) -> Unit:
        return _combine(self, other, -1, (self.text, other.text))


@lru_cache(maxsize=4096)
def _combine(left: Unit, right: Unit, sign: int, _spelt: tuple[str, str]) -> Unit:
    """The product or quotient. `_spelt` keeps units apart that are equal but for their spelling: the result shows it."""
    dims = dict(left.dimensions)
    for name, exponent in right.dimensions:
        dims[name] = dims.get(name, 0) + sign * exponent
    scale = (_SCALES.multiply if sign > 0 else _SCALES.divide)(left.scale, right.scale)
    if right.text == "1":
        text = left.text
    elif sign > 0:
        text = right.text if left.text == "1" else f"{left.text}·{right.text}"
    else:
        text = (
            f"{left.text}/{right.text}"
            if re.fullmatch(r"[^·/]+", right.text)
            else f"{left.text}/({right.text})"
        )
    return Unit(text, scale, tuple(sorted((n, e) for n, e in dims.items() if e)))


def _atom(text: str) -> Unit:
    known = _ATOMS.get(text)
    if known is not None:
        scale, dimension, exponent = known
        return Unit(text, Decimal(scale), ((dimension, exponent),) if exponent else ())
    if text in _POWERS:
        return Unit(text, Decimal(_POWERS[text]), _POWER_DIMENSIONS)
    prefix = _PREFIXES.get(text[:1])
    if prefix is not None and len(text) > 1:
        inner = _atom(text[1:])
        return Unit(text, _SCALES.multiply(prefix, inner.scale), inner.dimensions)
    raise UnknownUnit(text)


@lru_cache(maxsize=1024)
def unit(text: str) -> Unit:
    """The unit that `text` spells, e.g. `万元/公顷`, `kWh/(人·年)`.

    Raises UnknownUnit with the part that is not known.
    """
    tokens = _TOKEN.findall(text.replace("³", "³").strip())
    if not tokens:
        raise UnknownUnit(text)
    result, rest = _product(tokens)
    if rest:
        raise UnknownUnit(text)
    return Unit(text.strip(), result.scale, result.dimensions)


def _product(tokens: list[str]) -> tuple[Unit, list[str]]:
    result, tokens = _factor(tokens)
    while tokens and tokens[0] in "·*/":
        sign, tokens = tokens[0], tokens[1:]
        right, tokens = _factor(tokens)
        result = result / right if sign == "/" else result * right
    return result, tokens


def _factor(tokens: list[str]) -> tuple[Unit, list[str]]:
    if not tokens:
        raise UnknownUnit("")
    if tokens[0] == "(":
        inner, rest = _product(tokens[1:])
        if not rest or rest[0] != ")":
            raise UnknownUnit("(")
        return inner, rest[1:]
    return _atom(tokens[0]), tokens[1:]


ONE = unit("1")
PERCENT = unit("%")


def known_units() -> tuple[str, ...]:
    """Every unit that stands in the table, for messages and documentation."""
    return (*_ATOMS, *_POWERS)
