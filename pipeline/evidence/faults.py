"""What can be wrong with one evidence file, as an exception inside this package; outside it is a finding."""

from __future__ import annotations


class FileFault(Exception):
    """A file cannot be used. `code` is its entry in the catalogue, `problem` the words put into it."""

    def __init__(self, code: str, problem: str) -> None:
        self.code = code
        self.problem = problem
        super().__init__(problem)


def wrong_type(problem: str) -> FileFault:
    """The file is of a kind that a report cannot take."""
    return FileFault("evidence_file_type", problem)


def too_big(problem: str) -> FileFault:
    """The file or the picture in it exceeds a limit."""
    return FileFault("evidence_file_too_big", problem)


def corrupt(problem: str) -> FileFault:
    """The file cannot be read as what it is."""
    return FileFault("evidence_file_corrupt", problem)
