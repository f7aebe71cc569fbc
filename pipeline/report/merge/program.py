"""From Jinja's syntax tree to a Python function that lists what a part is made of.

The function fills a list in which constant bytes and values alternate; nothing is joined, escaped or encoded before
the end, where it is done for all values at once. It is made for the common constructs and for contexts that `guard`
has let through; whatever else happens ends in an exception, and the part is rendered by Jinja itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from jinja2 import nodes

from pipeline.report.merge.analysis import NUMBER

_COMPARE: Final = {
    "eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in", "notin": "not in",
}  # fmt: skip
_LOOP: Final = {
    "index": "{i}+1", "index0": "{i}", "revindex": "{n}-{i}", "revindex0": "{n}-{i}-1", "first": "{i}==0",
    "last": "{i}=={n}-1", "length": "{n}",
}  # fmt: skip
_FILTERS: Final = {
    "upper": "str({}).upper()",
    "lower": "str({}).lower()",
    "length": "len({})",
    "count": "len({})",
}


class NotPlain(Exception):
    """The part uses something that is left to Jinja."""


def python_source(body: Sequence[nodes.Node], literals: Sequence[str]) -> tuple[str, tuple[bytes, ...]]:
    """The source of `render(c, o, L, N)` and its constants `k0`, `k1` …; raises NotPlain.

    `c` is the context, `o` the list to fill, `L` checks and counts a list to walk, `N` numbers drawings. Literals stand
    in the tree as `\\x01<number>;`.
    """
    writer = _Writer(literals)
    writer.block(body)
    writer.flush()
    roots = [f" v_{name} = c[{name!r}]" for name in sorted(writer.roots)]
    return "\n".join(["def render(c, o, L, N):", *roots, *writer.lines, " return o"]), tuple(writer.constants)


class _Writer:
    """Writes one function."""

    def __init__(self, literals: Sequence[str]) -> None:
        self._literals = literals
        self.lines: list[str] = []
        self.constants: list[bytes] = []
        self.roots: set[str] = set()
        self._known: dict[bytes, int] = {}
        self._depth = 1
        self._pending: list[tuple[bool, str]] = []  # (is a value, literal text or expression)
        self._scopes: list[dict[str, str]] = []
        self._loops: list[tuple[str, str] | None] = []
        self._names = 0

    # -- statements -----------------------------------------------------------------------------------------
    def block(self, body: Sequence[nodes.Node]) -> None:
        """A run of statements."""
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    if isinstance(child, nodes.TemplateData):
                        self._data(child.data)
                    else:
                        self._pending.append((True, self._printed(child)))
            elif isinstance(node, nodes.If):
                self._if(node)
            elif isinstance(node, nodes.For):
                self._for(node)
            else:
                raise NotPlain(type(node).__name__)

    def _data(self, text: str) -> None:
        for piece in text.split("\x01")[1:]:
            literal = self._literals[int(piece[:-1])]
            at = 0
            while (sign := literal.find(NUMBER, at)) >= 0:
                self._pending += ((False, literal[at:sign]), (True, "N()"))
                at = sign + 1
            self._pending.append((False, literal[at:]))

    def flush(self) -> None:
        """Write what is pending: constant, value, constant, value …"""
        parts: list[str] = []
        text = ""
        for is_value, piece in self._pending:
            if is_value:
                parts += (self._constant(text), piece)
                text = ""
            else:
                text += piece
        if text:
            parts += (self._constant(text), "''")
        self._pending = []
        for at in range(0, len(parts), 400):
            self._line(f"o += ({', '.join(parts[at : at + 400])})")

    def _constant(self, text: str) -> str:
        content = text.encode()
        if content not in self._known:
            self._known[content] = len(self.constants)
            self.constants.append(content)
        return f"k{self._known[content]}"

    def _line(self, text: str) -> None:
        self.lines.append(" " * self._depth + text)

    @contextmanager
    def _deeper(self, empty: str = "pass") -> Iterator[None]:
        self._depth += 1
        before = len(self.lines)
        yield
        self.flush()
        if len(self.lines) == before:
            self._line(empty)
        self._depth -= 1

    def _if(self, node: nodes.If) -> None:
        self.flush()
        self._line(f"if {self._expression(node.test)}:")
        with self._deeper():
            self.block(node.body)
        for branch in node.elif_:
            self._line(f"elif {self._expression(branch.test)}:")
            with self._deeper():
                self.block(branch.body)
        if node.else_:
            self._line("else:")
            with self._deeper():
                self.block(node.else_)

    def _for(self, node: nodes.For) -> None:
        if not isinstance(node.target, nodes.Name) or node.recursive:
            raise NotPlain("loop")
        self.flush()
        self._names += 1
        number, name = self._names, f"x{self._names}_"
        items, asks = f"L({self._expression(node.iter)})", _asks_loop(node.body)
        if node.test is not None:
            self._scopes.append({node.target.name: name})
            items = f"[{name} for {name} in {items} if {self._expression(node.test)}]"
            self._scopes.pop()
        if node.else_ or asks:
            self._line(f"s{number} = {items}")
            items = f"s{number}"
        if asks:
            self._line(f"n{number} = len(s{number})")
            self._line(f"for i{number}, {name} in enumerate(s{number}):")
        else:
            self._line(f"for {name} in {items}:")
        self._scopes.append({node.target.name: name})
        self._loops.append((f"i{number}", f"n{number}") if asks else None)
        with self._deeper():
            self.block(node.body)
        self._scopes.pop()
        self._loops.pop()
        if node.else_:
            self._line(f"if not s{number}:")
            with self._deeper():
                self.block(node.else_)

    # -- expressions ----------------------------------------------------------------------------------------
    def _printed(self, node: nodes.Expr) -> str:
        """An expression whose value is text (numbers that are known for numbers are made text)."""
        written = self._expression(node)
        return f"str({written})" if _is_number(node) else written

    def _expression(self, node: nodes.Node) -> str:
        match node:
            case nodes.Name():
                return self._name(node.name)
            case nodes.Const(value=str() | int()):
                return repr(node.value)
            case nodes.Getattr(node=nodes.Name(name="loop")) if self._in_loop():
                return self._loop_value(node.attr)
            case nodes.Getattr() | nodes.Getitem() if isinstance(node.node, nodes.Const):
                raise NotPlain("a constant has no parts")
            case nodes.Getattr():
                return f"{self._expression(node.node)}[{node.attr!r}]"
            case nodes.Getitem(arg=nodes.Const(value=str())):
                return f"{self._expression(node.node)}[{node.arg.value!r}]"  # type: ignore[attr-defined]
            case nodes.Not():
                return f"(not {self._expression(node.node)})"
            case nodes.And():
                return f"({self._expression(node.left)} and {self._expression(node.right)})"
            case nodes.Or():
                return f"({self._expression(node.left)} or {self._expression(node.right)})"
            case nodes.CondExpr() if node.expr2 is not None:
                one, test, two = (
                    self._expression(node.expr1),
                    self._expression(node.test),
                    self._expression(node.expr2),
                )
                return f"({one} if {test} else {two})"
            case nodes.Compare():
                return self._compare(node)
            case nodes.Filter() if node.name in _FILTERS and node.node is not None and not node.args:
                return _FILTERS[node.name].format(self._expression(node.node))
            case nodes.Add() if _is_number(node.left) and _is_number(node.right):
                return f"({self._expression(node.left)} + {self._expression(node.right)})"
        raise NotPlain(type(node).__name__)

    def _compare(self, node: nodes.Compare) -> str:
        pieces = [self._expression(node.expr)]
        for operand in node.ops:
            pieces += (_COMPARE[operand.op], self._expression(operand.expr))
        return f"({' '.join(pieces)})"

    def _name(self, name: str) -> str:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        if name == "loop" or not name.isascii():
            raise NotPlain(name)
        self.roots.add(name)
        return f"v_{name}"

    def _in_loop(self) -> bool:
        return bool(self._loops) and not any("loop" in scope for scope in self._scopes)

    def _loop_value(self, name: str) -> str:
        loop = self._loops[-1]
        if loop is None or name not in _LOOP:
            raise NotPlain(f"loop.{name}")
        return f"({_LOOP[name].format(i=loop[0], n=loop[1])})"


def _is_number(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Add):
        return _is_number(node.left) and _is_number(node.right)
    if isinstance(node, nodes.Filter):
        return node.name in ("length", "count")
    if isinstance(node, nodes.Const):
        return isinstance(node.value, int) and not isinstance(node.value, bool)
    loop = isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name == "loop"
    return loop and getattr(node, "attr", "") not in ("first", "last")


def _asks_loop(body: Sequence[nodes.Node]) -> bool:
    """Does a loop's own body ask for `loop`? (An inner loop has its own; asking once too often costs little.)"""
    return any(name.name == "loop" for node in body for name in _names(node))


def _names(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)
