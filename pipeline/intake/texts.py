"""Formats of texts: unified social credit code, e-mail, telephone, postcode. Each checker says what is wrong, or None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,24}")
_PHONE = re.compile(
    r"(?:\+?86-?)?1[3-9]\d(?:-?\d{4}){2}"
    r"|(?:\+?86-?)?(?:\(0\d{2,3}\)|0\d{2,3}-?)?[2-9]\d{6,7}(?:(?:-|转|ext\.?)\d{1,6})?"
    r"|[48]00(?:-?\d){7}",
    re.I,
)
_POSTCODE = re.compile(r"\d{6}")


def credit_code_check_digit(first_17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015, annex A)."""
    total = sum(_CREDIT_ALPHABET.index(c) * w for c, w in zip(first_17, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def _credit_code(text: str) -> str | None:
    code = text.upper()
    if len(code) != 18:
        return f"有 {len(code)} 位，应为 18 位"
    wrong = sorted(set(code) - set(_CREDIT_ALPHABET))
    if wrong:
        return f"含有不允许的字符 {' '.join(wrong)}"
    if credit_code_check_digit(code[:17]) != code[17]:
        return "校验码不符"
    return None


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: None if pattern.fullmatch(text) else "格式不符"


FORMATS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "credit_code": _credit_code,
    "email": _matching(_EMAIL),
    "phone": _matching(_PHONE),
    "postcode": _matching(_POSTCODE),
}
