"""The closed Jinja in which templates run: plain data, few filters, no calls, bounded work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jinja2 import StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from markupsafe import Markup, escape

from pipeline.report.marks import Figured, fenced, joined, neutral, stretches

MAX_STEPS: Final = 1_000_000
MAX_TEXT: Final = 1_000_000
ALLOWED_FILTERS: Final = frozenset(
    "abs capitalize count d default e escape first float int join last length list lower max min replace"
    " reverse round string title trim truncate unique upper wordcount".split()
)
ALLOWED_TESTS: Final = frozenset(
    "defined undefined none string odd even divisibleby eq equalto ne lt le gt ge lessthan greaterthan in"
    " number boolean sequence mapping true false upper lower".split()
)
LOOP_NAMES: Final = frozenset(
    "index index0 revindex revindex0 first last length depth previtem nextitem".split()
)
ALLOWED_NODES: Final[tuple[type[nodes.Node], ...]] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign, nodes.Name),
    *(nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand),
    *(
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.CondExpr,
        nodes.Concat,
        nodes.Add,
        nodes.Sub,
        nodes.Neg,
        nodes.Pos,
    ),
    *(nodes.List, nodes.Tuple, nodes.Keyword),
)


class Budget:
    """How many loop steps a render has left."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._left = steps

    def spend(self) -> None:
        """One step; raises when none is left."""
        self._left -= 1
        if self._left < 0:
            raise TemplateRuntimeError("模板的循环次数过多，已停止。")


class _Rows(list[Any]):
    """A list of the context that counts how often it is walked."""

    def __init__(self, items: list[Any], budget: Budget) -> None:
        super().__init__(items)
        self._budget = budget

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self._budget.spend()
            yield item


def guarded(value: Any, budget: Budget, clean: Callable[[str], str] = neutral) -> Any:
    """A context as plain dicts, counted lists and text cleaned for XML, its figures still known."""
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {str(key): guarded(item, budget, clean) for key, item in value.items()}
    return _Rows([guarded(item, budget, clean) for item in value], budget)


class _Generator(CodeGenerator):
    """Jinja's own, but `~` keeps the figures of its texts."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Code that calls `ReportEnvironment.concatenated`."""
        self.write("environment.concatenated((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class ReportEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for reports: attribute access means mapping keys, and nothing can be called."""

    code_generator_class = _Generator
    intercepted_binops = frozenset(["*", "**", "/", "//", "%", "+", "-"])

    def __init__(self) -> None:
        super().__init__(
            autoescape=True,
            undefined=StrictUndefined,
            finalize=printed,
            keep_trailing_newline=True,
            cache_size=0,
        )
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in ALLOWED_FILTERS}
        self.filters["replace"] = _replace
        self.filters["join"] = _join
        self.filters["e"] = self.filters["escape"] = _text  # everything printed is escaped anyway
        self.tests = {name: TESTS[name] for name in ALLOWED_TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping or a property of `loop`; never a Python attribute."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_NAMES:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a mapping or a position of a list."""
        if isinstance(obj, Mapping):
            return self.getattr(obj, str(argument))
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Refused: a template has no functions."""
        raise SecurityError("模板里不能调用函数。")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Only bounded sums and differences."""
        if operator not in "+-":
            raise SecurityError(f"模板里不能使用运算符 {operator}。")
        if isinstance(left, int) and isinstance(right, int):
            return left + right if operator == "+" else left - right
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _bounded(joined((left, right)))
        raise TemplateRuntimeError("只有整数可以加减；文字请用 ~ 连接。")

    @staticmethod
    def concatenated(parts: tuple[object, ...]) -> str:
        """What `a ~ b ~ c` gives."""
        return _bounded(joined(_text(part) for part in parts))


def printed(value: object) -> Markup:
    """A value as it is printed: text escaped for XML, its figures fenced, or a whole number; all else is a fault."""
    if isinstance(value, Undefined):
        return Markup(str(value))
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return escape(fenced(_bounded(value)))
    if isinstance(value, int) and not isinstance(value, bool):
        return Markup(str(value))
    raise TemplateRuntimeError(f"这里要打印的不是文字，而是{_kind(value)}。")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "真假值（请用 {% if %}）"
    if isinstance(value, list):
        return "列表（请用 for）"
    return "一组名称" if isinstance(value, dict) else "其他类型的值"


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise TemplateRuntimeError("模板拼接出的文字过长，已停止。")
    return text


def _replace(value: object, old: str, new: str) -> str:
    """`old` replaced by `new`; figures stay figures unless `old` stands in one of them, then all becomes plain text."""
    text, old, new = _text(value), str(old), str(new)
    if not old or len(text) + text.count(old) * len(new) > MAX_TEXT:
        raise TemplateRuntimeError("replace 的结果过长，或被替换的文字为空。")
    pieces = list(stretches(text))
    if all(mark is None for _piece, mark in pieces) or any(mark and old in piece for piece, mark in pieces):
        return text.replace(old, new)
    return joined(
        piece.replace(old, new) if mark is None else Figured(piece, [(0, len(piece), mark)])
        for piece, mark in pieces
    )


def _join(values: list[object], separator: str = "") -> str:
    return _bounded(joined((_text(value) for value in values), str(separator)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
