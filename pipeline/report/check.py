"""Check the tags of a part against the shape of a context before anything is rendered, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from jinja2 import TemplateSyntaxError, nodes

from pipeline.report.faults import Place, TemplateFault, nearest_name
from pipeline.report.sandbox import (
    ALLOWED_FILTERS,
    ALLOWED_NODES,
    ALLOWED_TESTS,
    ReportEnvironment,
)
from pipeline.report.shapes import ANY, LOOP, NUMBER, TEXT, TRUTH, Leaf, ListOf, MapOf, Shape, dotted_names
from pipeline.report.tagged_part import Tag, TaggedPart

_KIND = {"text": "文字", "truth": "真假值", "number": "数字", "any": "值"}
_LIST_FILTERS = {"list", "reverse", "unique"}
_ITEM_FILTERS = {"first", "last", "min", "max"}
_NUMBER_FILTERS = {"length", "count", "wordcount", "int", "float", "abs", "round"}
_ANY_NAME = "any_list_of_a_faulty_loop"
_PROBES = {
    "for": "{{% {0} %}}{{% endfor %}}",
    "if": "{{% {0} %}}{{% endif %}}",
    "elif": "{{% if 1 %}}{{% {0} %}}{{% endif %}}",
    "set": "{{% {0} %}}",
}
_CLOSERS = ("endfor", "endif", "else")


@dataclass(frozen=True)
class Checked:
    """What a check found: the faults, and the dotted names of the context that the part uses."""

    faults: tuple[TemplateFault, ...]
    used: frozenset[str]


def check_part(part: TaggedPart, shape: MapOf, environment: ReportEnvironment) -> Checked:
    """Check one part; the faults of reading its tags are included."""
    probe = _Probe(environment)
    tags = tuple(probe.tidy(tag) for tag in part.tags)
    tidy = replace(part, tags=tags)
    walker = _Walker(part, shape)
    try:
        if part.blocks_sound:
            walker.block(environment.parse(tidy.source).body)
        else:
            _walk_singly(tidy, walker, environment)
    except TemplateSyntaxError as error:
        tag = part.tag_at(error.lineno)
        place, raw = (tag.place, tag.raw) if tag else (Place(part.name), "")
        walker.faults.append(TemplateFault("syntax", f"标签写法有误（{error.message}）", place, raw))
    faults = part.in_order((*part.faults, *probe.faults, *walker.faults))
    return Checked(faults, frozenset(walker.used))


def walk(part: TaggedPart, body: list[nodes.Node], shape: MapOf) -> Checked:
    """Check the syntax tree of a part whose tags are known to be in order; the places of faults are those of `part`."""
    walker = _Walker(part, shape)
    walker.block(body)
    return Checked(tuple(walker.faults), frozenset(walker.used))


def _walk_singly(part: TaggedPart, walker: _Walker, environment: ReportEnvironment) -> None:
    """Check every tag by itself when the blocks do not fit together; loop variables are then of any shape."""
    for tag in part.tags:
        found = re.match(r"(?:for|set)\s+([A-Za-z_]\w*)", tag.body)
        if found and tag.kind == "{%":
            walker.know(found.group(1))
    for at, tag in enumerate(part.tags):
        source = f"{{{{ {tag.body} }}}}" if tag.kind == "{{" else _PROBES.get(tag.word, "").format(tag.body)
        walker.block(environment.parse("\n" * (at + 1) + source).body)


class _Probe:
    """Parses every tag by itself, so that one bad tag does not hide the others."""

    def __init__(self, environment: ReportEnvironment) -> None:
        self._environment = environment
        self.faults: list[TemplateFault] = []

    def tidy(self, tag: Tag) -> Tag:
        """The tag, or a harmless one of the same kind when it cannot be parsed or is not allowed."""
        if tag.body.startswith(("-", "+")) or tag.body.endswith(("-", "+")):
            return self._bad(tag, "forbidden", "不支持 - 或 + 的空白控制写法")
        if tag.kind == "{{":
            source = f"{{{{ {tag.body} }}}}"
        elif tag.body in _CLOSERS:
            return tag
        elif tag.word in _PROBES:
            source = _PROBES[tag.word].format(tag.body)
        else:
            known = nearest_name(tag.word, [*_PROBES, *_CLOSERS])
            hint = "；纵向合并请在表格“可选文字”说明里写 合并列=1,2" if tag.word == "vm" else ""
            return self._bad(tag, "forbidden", f"不支持的语句 {tag.word or '（空）'}{hint}", known)
        try:
            self._environment.parse(source)
        except TemplateSyntaxError as error:
            return self._bad(tag, "syntax", f"标签写法有误（{error.message}）")
        return tag

    def _bad(self, tag: Tag, code: str, message: str, near: str = "") -> Tag:
        self.faults.append(TemplateFault(code, message, tag.place, tag.raw, near))
        if tag.kind == "{{":
            return replace(tag, body="''")
        if tag.word == "for":
            found = re.match(r"for\s+([A-Za-z_]\w*)", tag.body)
            return replace(tag, body=f"for {found.group(1) if found else '_'} in {_ANY_NAME}")
        return replace(tag, body={"if": "if true", "elif": "elif true"}.get(tag.word, "set _ = ''"))


class _Walker:
    """Follows names through one syntax tree; scopes are a stack of mappings."""

    def __init__(self, original: TaggedPart, shape: MapOf) -> None:
        self._original = original
        self._root = shape
        self._scopes: list[dict[str, Shape]] = [{**shape.names, _ANY_NAME: ANY}]
        self._aliases: list[dict[str, str]] = [{}]
        self.faults: list[TemplateFault] = []
        self.used: set[str] = set()

    def know(self, name: str) -> None:
        """A name of any shape."""
        self._scopes[0].update({name: ANY, "loop": LOOP})

    def block(self, body: list[nodes.Node]) -> None:
        """A run of statements."""
        for node in body:
            self._statement(node)

    def _fault(self, node: nodes.Node, code: str, message: str, near: str = "") -> Shape:
        tag = self._original.tag_at(node.lineno)
        place, raw = (tag.place, tag.raw) if tag else (Place(self._original.name), "")
        fault = TemplateFault(code, message, place, raw, near)
        if fault not in self.faults:
            self.faults.append(fault)
        return ANY

    def _statement(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Output):
            for child in node.nodes:
                if not isinstance(child, nodes.TemplateData):
                    self._printed(child)
        elif isinstance(node, nodes.If):
            self._expression(node.test)
            for branch in (node.body, *(node.elif_ or ()), node.else_):
                self.block(branch if isinstance(branch, list) else [branch])
        elif isinstance(node, nodes.For):
            self._loop(node)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            if next(node.node.find_all(nodes.Concat), None) or isinstance(node.node, nodes.Concat):
                self._fault(node, "forbidden", "set 里不能用 ~ 连接文字")
            self._scopes[-1][node.target.name] = self._expression(node.node)
        else:
            self._fault(node, "forbidden", "不支持的语句")

    def _printed(self, node: nodes.Expr) -> None:
        shape = self._expression(node)
        if isinstance(shape, ListOf):
            self._fault(node, "wrong_type", "这是列表，不能直接打印，请用 for 逐项打印")
        elif isinstance(shape, MapOf):
            near = ", ".join(list(shape.names)[:4])
            self._fault(node, "wrong_type", f"这是一组名称，不能直接打印，请写到下一级（如 {near}）")
        elif shape == TRUTH:
            self._fault(node, "wrong_type", "这是真假值，不能直接打印，请用 if 判断")

    def _loop(self, node: nodes.For) -> None:
        shape = self._expression(node.iter)
        item: Shape = ANY
        if isinstance(shape, ListOf):
            item = shape.item
        elif shape != ANY:
            kind = _KIND[shape.kind] if isinstance(shape, Leaf) else "一组名称"
            self._fault(node, "wrong_type", f"for 只能用于列表，这里是{kind}")
        if not isinstance(node.target, nodes.Name) or node.recursive:
            self._fault(node, "forbidden", "for 只支持一个循环变量，写作 for 行 in 列表")
            return
        self._scopes.append({node.target.name: item, "loop": LOOP})
        self._aliases.append({node.target.name: f"{self._path(node.iter)}[]"})
        if node.test is not None:
            self._expression(node.test)
        self.block(node.body)
        self._scopes.pop()
        self._aliases.pop()
        self.block(node.else_)

    def _expression(self, node: nodes.Node) -> Shape:
        if not isinstance(node, ALLOWED_NODES):
            return self._fault(node, "forbidden", "不允许的写法：" + _explain(node))
        if isinstance(node, nodes.Name):
            return self._name(node)
        if isinstance(node, nodes.Getattr):
            return self._member(node, node.node, node.attr)
        if isinstance(node, nodes.Getitem):
            return self._item(node)
        if isinstance(node, nodes.Filter):
            return self._filter(node)
        if isinstance(node, nodes.Compare):
            return self._compare(node)
        if isinstance(node, nodes.Const):
            return _constant(node.value)
        if isinstance(node, nodes.CondExpr):
            self._expression(node.test)
            first = self._expression(node.expr1)
            if node.expr2 is None:
                return self._fault(node, "forbidden", "条件表达式缺少 else")
            second = self._expression(node.expr2)
            return first if first == second else ANY
        return self._compound(node)

    def _compound(self, node: nodes.Node) -> Shape:
        if isinstance(node, nodes.Test) and node.name not in ALLOWED_TESTS:
            near = nearest_name(node.name, ALLOWED_TESTS)
            self._fault(node, "forbidden", f"不支持的判断 is {node.name}", near)
        shapes = [self._expression(child) for child in node.iter_child_nodes()]
        if isinstance(node, (nodes.Test, nodes.Not)):
            return TRUTH
        if isinstance(node, (nodes.And, nodes.Or)):
            return shapes[0] if shapes and all(shape == shapes[0] for shape in shapes) else ANY
        if isinstance(node, (nodes.List, nodes.Tuple)):
            return ListOf(shapes[0] if shapes else ANY)
        if isinstance(node, nodes.Concat):
            return TEXT
        return NUMBER if all(shape == NUMBER for shape in shapes) else ANY

    def _name(self, node: nodes.Name) -> Shape:
        for scope in reversed(self._scopes):
            if node.name in scope:
                self._use(node)
                return scope[node.name]
        known = {name for scope in self._scopes for name in scope} - {_ANY_NAME}
        near = nearest_name(node.name, known) or nearest_name(node.name, dotted_names(self._root))
        return self._fault(node, "unknown_name", f"没有名称 {node.name}", near)

    def _member(self, node: nodes.Node, base_node: nodes.Node, name: str) -> Shape:
        base = self._expression(base_node)
        if base == ANY:
            return ANY
        if isinstance(base, MapOf):
            if name in base.names:
                self._use(node)
                return base.names[name]
            path = _written(base_node)
            near = nearest_name(name, base.names)
            near = f"{path}.{near}" if near else ""
            return self._fault(node, "unknown_name", f"{path} 里没有名称 {name}", near)
        what = _KIND[base.kind] if isinstance(base, Leaf) else "列表"
        return self._fault(node, "wrong_type", f"{_written(base_node)} 是{what}，没有下级名称 {name}")

    def _item(self, node: nodes.Getitem) -> Shape:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._member(node, node.node, node.arg.value)
        base = self._expression(node.node)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int) and isinstance(base, ListOf):
            return base.item
        return ANY if base == ANY else self._fault(node, "forbidden", "方括号里只能写名称或序号")

    def _filter(self, node: nodes.Filter) -> Shape:
        base = self._expression(node.node) if node.node is not None else ANY
        for child in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self._expression(child)
        if node.name not in ALLOWED_FILTERS:
            near = nearest_name(node.name, ALLOWED_FILTERS)
            return self._fault(node, "forbidden", f"不支持的过滤器 {node.name}", near)
        if any(keyword.key == "attribute" for keyword in node.kwargs):
            return self._fault(node, "forbidden", "过滤器不能使用 attribute 参数")
        if node.name in _NUMBER_FILTERS:
            return NUMBER
        if node.name in _LIST_FILTERS or node.name in ("default", "d"):
            return base
        if node.name in _ITEM_FILTERS and isinstance(base, ListOf):
            return base.item
        return TEXT

    def _compare(self, node: nodes.Compare) -> Shape:
        left = self._expression(node.expr)
        for operand in node.ops:
            right = self._expression(operand.expr)
            pair = {left, right} if isinstance(left, Leaf) and isinstance(right, Leaf) else set()
            if operand.op in ("gt", "gteq", "lt", "lteq") and pair and pair - {NUMBER, ANY}:
                self._fault(node, "wrong_type", "文字和真假值不能比较大小")
            elif operand.op in ("eq", "ne") and len(pair) == 2 and ANY not in pair:
                kinds = "与".join(sorted(_KIND[shape.kind] for shape in pair if isinstance(shape, Leaf)))
                self._fault(node, "wrong_type", f"{kinds}永远不会相等")
        return TRUTH

    def _path(self, node: nodes.Node) -> str:
        """The path in the context that an expression names, loop variables put back to their lists."""
        if isinstance(node, nodes.Name):
            for aliases in reversed(self._aliases):
                if node.name in aliases:
                    return aliases[node.name]
            return node.name
        if isinstance(node, nodes.Getattr):
            return f"{self._path(node.node)}.{node.attr}"
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            return f"{self._path(node.node)}.{node.arg.value}"
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._path(node.node)
        return "?"

    def _use(self, node: nodes.Node) -> None:
        self.used.add(self._path(node))


def _constant(value: object) -> Shape:
    if isinstance(value, bool):
        return TRUTH
    return TEXT if isinstance(value, str) else NUMBER if isinstance(value, (int, float)) else ANY


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_written(node.node)}.{node.arg.value}"
    return "这个值"


def _explain(node: nodes.Node) -> str:
    words: Mapping[type[nodes.Node], str] = {
        nodes.Call: "调用函数",
        nodes.Mul: "乘法 *",
        nodes.Pow: "乘方 **",
        nodes.Mod: "取余 %",
        nodes.Div: "除法 /",
        nodes.FloorDiv: "整除 //",
        nodes.Slice: "切片",
        nodes.Dict: "字典",
    }
    return words.get(type(node), type(node).__name__)
