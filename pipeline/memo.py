"""What is made once of an immutable object (a standard pack, one of its tables or fields) and then looked up.

Keyed by identity, never by equality: comparing two packs costs more than what is saved. An entry keeps its object alive,
so the identity cannot pass to another one while the entry stands.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Owner = TypeVar("Owner")
Made = TypeVar("Made")


def per_object(size: int) -> Callable[[Callable[[Owner], Made]], Callable[[Owner], Made]]:
    """Remembers what a function makes of its one argument, for the `size` objects that were new last.

    Only for pure functions of objects that nobody changes, and for results that nobody changes.
    """

    def decorate(function: Callable[[Owner], Made]) -> Callable[[Owner], Made]:
        kept: OrderedDict[int, tuple[Owner, Made]] = OrderedDict()

        @wraps(function)
        def remembered(owner: Owner) -> Made:
            found = kept.get(id(owner))
            if found is not None:
                return found[1]
            made = function(owner)
            kept[id(owner)] = owner, made
            while len(kept) > size:
                kept.popitem(last=False)
            return made

        return remembered

    return decorate
