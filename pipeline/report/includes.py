"""Text sources made of pieces: `::: include path="sections/team.md"` puts the blocks of another file in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.report.errors import SourceError
from pipeline.report.source import Block, Heading, ListItem, Part, read_blocks

MAX_LEVEL = 4


def expanded(blocks: Iterable[Block], source: Path) -> tuple[Block, ...]:
    """The blocks of a source with every include replaced, headings moved down by its `shift`.

    Raises SourceError, with the names of the files, for a file that is not there, a circle, or headings too deep.
    """
    return tuple(_Expander().expand(blocks, (source.resolve(),), 0))


class _Expander:
    """Keeps the numbered lists of different files apart."""

    def __init__(self) -> None:
        self._lists = 1_000_000  # above every number of the outermost file

    def expand(self, blocks: Iterable[Block], chain: tuple[Path, ...], shift: int) -> Iterator[Block]:
        for block in blocks:
            if isinstance(block, Part) and block.name == "include":
                yield from self._include(block, chain, shift)
            elif isinstance(block, Part) and block.blocks:
                yield replace(block, blocks=tuple(self.expand(block.blocks, chain, shift)))
            elif isinstance(block, Heading) and shift:
                if block.level + shift > MAX_LEVEL:
                    raise SourceError(f"标题“{block.text}”下移 {shift} 级后超过四级", block.line)
                yield replace(block, level=block.level + shift)
            else:
                yield block

    def _include(self, part: Part, chain: tuple[Path, ...], shift: int) -> Iterator[Block]:
        name = part.options.get("path", "")
        more = part.options.get("shift", "0")
        if not name or not more.isdigit():
            raise SourceError('include 要写 path="文件.md"，shift（标题下移几级）应为整数', part.line)
        path = (chain[-1].parent / name).resolve()
        if path in chain:
            raise SourceError(f"include 绕回了自己：{name}", part.line)
        if not path.is_file():
            raise SourceError(f"找不到要引入的文件 {name}", part.line)
        try:
            inner = [self._apart(block) for block in read_blocks(path.read_text(encoding="utf-8"))]
            self._lists += 1_000
            yield from self.expand(inner, (*chain, path), shift + int(more))
        except SourceError as error:
            raise SourceError(f"{name}：{error}", None) from error

    def _apart(self, block: Block) -> Block:
        if isinstance(block, ListItem) and block.list_number:
            return replace(block, list_number=block.list_number + self._lists)
        if isinstance(block, Part) and block.blocks:
            return replace(block, blocks=tuple(self._apart(inner) for inner in block.blocks))
        return block
