"""Merging a context into a template: compiled once, rendered many times.

`merge_template` gives what docxtpl gives for the same template and context, part by part (docs/templates.md lists where it does
not, on purpose), with the strictness of reports: a name that does not exist is told with its place, all at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pipeline.report import cache
from pipeline.report.merge.archive import Member, Stretch, archive, stretch
from pipeline.report.merge.codec import DEFAULT, Codec, codec
from pipeline.report.merge.guard import Spec, conforms, used_shape
from pipeline.report.merge.plan import Plan, Program
from pipeline.report.merge.runtime import Beyond, numbers, spliced, walked, with_breaks

if TYPE_CHECKING:
    from pipeline.report.faults import TemplateFault
    from pipeline.report.merge.compiler import Opened
    from pipeline.report.shapes import MapOf

Faults = tuple["TemplateFault", ...]
_REMEMBERED: Final = 16
_KIND: Final = "merge"
_ACCEPTED: Final = 16
_LEFT_TO_JINJA: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, Beyond)


class Merger:
    """A compiled template in memory."""

    def __init__(self, template: bytes, plan: Plan, digest: str, opened: Opened | None = None) -> None:
        self._template, self._plan, self._digest, self._opened = template, plan, digest, opened
        self._renders = {program.name: _function(program) for program in plan.programs}
        self._steps: list[Stretch | Program] = list(_steps(plan))

    def merge(self, context: Mapping[str, Any], codec_name: str = DEFAULT) -> tuple[bytes | None, Faults]:
        """The document, or None and every fault."""
        packer = codec(codec_name)
        if not any(conforms(context, spec) for spec in self._plan.accepted) and (
            faults := self._check(context)
        ):
            return None, faults
        texts: dict[str, bytes] = {}
        for program in self._plan.programs:
            text, faults = self._text(program, context)
            if text is None:
                return None, faults
            texts[program.name] = text
        parts = [s if isinstance(s, Stretch) else _packed(s.name, texts[s.name], packer) for s in self._steps]
        return archive(parts), ()

    def _text(self, program: Program, context: Mapping[str, Any]) -> tuple[bytes | None, Faults]:
        render = self._renders[program.name]
        if render is not None:
            try:
                parts = render(context, [], walked(), numbers(program.first_number))
                text, broken = spliced(parts)
                return _finished(program, text, broken), ()
            except _LEFT_TO_JINJA:
                pass  # Jinja tells what is wrong, or knows how to print it
        from pipeline.report.merge.by_jinja import rendered

        text_or_none, faults = rendered(program, context)
        return (None, faults) if text_or_none is None else (_finished(program, text_or_none, True), ())

    def _check(self, context: Mapping[str, Any]) -> Faults:
        """All faults of the template against a context; a context without any is remembered by its shape."""
        shape = _shape(context)
        opened, self._opened = (
            self._opened or _opened(self._template),
            None,
        )  # large, and rarely asked for again
        faults, used = opened.check(shape)
        if not faults and isinstance(context, dict):
            self._accept(used_shape(shape, used))
        return faults

    def _accept(self, spec: Spec) -> None:
        if spec is not None and spec not in self._plan.accepted:
            self._plan.accepted.insert(0, spec)
            del self._plan.accepted[_ACCEPTED:]
            cache.store(self._digest, _KIND, self._plan.plain())


_mergers: OrderedDict[str, Merger] = OrderedDict()


def merger(template: bytes) -> tuple[Merger | None, Faults]:
    """The compiled form of a template, from memory, from disk or made now; None where its tags do not fit its structure.

    Raises PackageError for what is no Word document.
    """
    digest = sha256(template).hexdigest()
    if digest in _mergers:
        _mergers.move_to_end(digest)
        return _mergers[digest], ()
    kept, opened = cache.load(digest, _KIND), None
    plan = Plan.from_plain(kept) if kept is not None else None
    if plan is None:
        opened = _opened(template)
        plan, faults = opened.plan()
        if plan is None:
            return None, faults
    _mergers[digest] = Merger(template, plan, digest, opened)
    if len(_mergers) > _REMEMBERED:
        _mergers.popitem(last=False)
    return _mergers[digest], ()


def merge_template(
    template: bytes, context: Mapping[str, Any], *, codec_name: str = DEFAULT
) -> tuple[bytes | None, Faults]:
    """Merge a context (text, truth, whole numbers, lists, mappings) into a template.

    The bytes are None exactly when there are faults. The same template, context and codec give the same bytes.
    """
    found, faults = merger(template)
    if found is not None:
        return found.merge(context, codec_name)
    others = _opened(template).check(_shape(context))[0]
    return None, tuple(dict.fromkeys((*others, *faults)))


def _shape(context: Mapping[str, Any]) -> MapOf:
    from pipeline.report.shapes import MapOf, shape_of

    shape = shape_of(context)
    if not isinstance(shape, MapOf):
        raise TypeError("a report context is a mapping")
    return shape


def _opened(template: bytes) -> Opened:
    from pipeline.report.merge.compiler import Opened

    return Opened(template)


def _function(program: Program) -> Any:
    if program.code is None:
        return None
    space: dict[str, Any] = {f"k{number}": constant for number, constant in enumerate(program.constants)}
    space["__builtins__"] = {"enumerate": enumerate, "len": len, "str": str}
    exec(program.code, space)  # our own code over names of the context, made by `program.python_source`
    return space["render"]


def _steps(plan: Plan) -> Iterator[Stretch | Program]:
    """Members that never change are put together once."""
    still: list[Member] = []
    for member in plan.members:
        if isinstance(member, Member):
            still.append(member)
            continue
        if still:
            yield stretch(still)
        still = []
        yield member
    if still:
        yield stretch(still)


def _packed(name: str, text: bytes, packer: Codec) -> Stretch:
    packed = packer.pack(text)
    return stretch([Member(name, packed, packer.checksum(text), len(text))])


def _finished(program: Program, text: bytes, broken: bool) -> bytes:
    if broken:
        text = with_breaks(text, nested=program.nested)
    if program.elastic:
        from pipeline.report.merge.grid import with_fitted_grids

        text = with_fitted_grids(text)
    return text
