"""Where the answers of `verify` go: a stream of sheets or lines, one file, or a folder of files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from edoc.bulk import BulkResult
from edoc.cli.talk import colour_of, present
from edoc.drivers.output import open_output
from edoc.errors import ConfigError
from edoc.report.json import Json, dumps, error_dict, report_dict
from edoc.report.paper import Colour
from edoc.report.text import render_error, render_text
from edoc.result.report import ReportData

if TYPE_CHECKING:
    from edoc.cli.law import LegalOrder

RULE = "\u2500" * 72


class Answers(Protocol):
    """Takes each result as it comes; `close` is called only when all of them went well."""

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Write the answer about one input."""

    def close(self) -> None:
        """Let the output appear at its place."""

    def discard(self) -> None:
        """Leave nothing half-made behind; after `close` there is nothing to do."""


def json_text(result: BulkResult, lang: str, *, legal: LegalOrder | None = None) -> str:
    """Return one result as a JSON document."""
    if result.report is not None:
        return dumps(_report(result.report.data, lang, legal), indent=2) + "\n"
    assert result.error is not None
    return dumps(error_dict(result.error, name=result.input, lang=lang), indent=2) + "\n"


def json_line(result: BulkResult, exit_code: int, lang: str, *, legal: LegalOrder | None = None) -> str:
    """Return one result as a line of a log: the record, the input as given, and its exit code."""
    record = {"input": result.input, "exit": exit_code}
    if result.report is not None:
        return dumps({**record, **_report(result.report.data, lang, legal)}) + "\n"
    assert result.error is not None
    return dumps({**record, **error_dict(result.error, name=result.input, lang=lang)}) + "\n"


def _report(data: ReportData, lang: str, legal: LegalOrder | None) -> Json:
    """The report, with the key `legal` only where a profile was asked for."""
    told = report_dict(data, lang=lang)
    if legal is None:
        return told
    from edoc.report.legal import legal_dict

    return {**told, "legal": legal_dict(legal.view(data), lang=lang)}


class Stream:
    """Standard output: every answer is flushed when it is known."""

    def __init__(self, kind: str, lang: str, *, legal: LegalOrder | None = None) -> None:
        self._kind, self._lang, self._legal = kind, lang, legal
        self._count = 0

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Write the answer about one input; a sheet that cannot be made is a complaint."""
        if self._kind == "text" and result.report is None:
            assert result.error is not None
            colour = colour_of(sys.stderr)
            present(render_error(result.error, name=result.input, lang=self._lang, colour=colour), sys.stderr)
            return
        if self._kind == "text" and self._count:
            present(f"{RULE}\n", sys.stdout)
        self._count += 1
        answer = _written(self._kind, result, exit_code, self._lang, colour_of(sys.stdout), legal=self._legal)
        if self._kind == "text":
            present(answer, sys.stdout)
        else:
            sys.stdout.write(answer)
        sys.stdout.flush()

    def close(self) -> None:
        """Nothing is left to do."""

    def discard(self) -> None:
        """Nothing is half-made."""


class OneFile:
    """One file that appears whole or not at all."""

    def __init__(
        self,
        path: str,
        kind: str,
        lang: str,
        *,
        overwrite: bool,
        inputs: tuple[str, ...],
        legal: LegalOrder | None = None,
    ) -> None:
        self._kind, self._lang, self._legal = kind, lang, legal
        refuse_input(path, inputs)
        self._output = open_output(path, overwrite=overwrite)
        self._count = 0

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Add the answer about one input."""
        if self._count and self._kind == "text":
            self._output.write(f"{RULE}\n".encode())
        self._count += 1
        answer = _written(self._kind, result, exit_code, self._lang, Colour.NONE, legal=self._legal)
        self._output.write(answer.encode())

    def close(self) -> None:
        """Let the file appear."""
        self._output.commit()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._output.discard()


class Folder:
    """A file for each input in one folder, each appearing whole."""

    def __init__(
        self,
        path: str,
        kind: str,
        lang: str,
        *,
        overwrite: bool,
        inputs: tuple[str, ...],
        legal: LegalOrder | None = None,
    ) -> None:
        self._path, self._kind, self._lang, self._legal = path, kind, lang, legal
        self._overwrite, self._inputs = overwrite, inputs
        self._seen: set[str] = set()
        os.makedirs(path, exist_ok=True)

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Write the answer about one input to its file."""
        suffix = "json" if self._kind == "json" else "txt"
        name = f"{os.path.basename(result.input) or 'document'}.report.{suffix}"
        if name in self._seen:
            raise ConfigError("OUTPUT_SAME_NAME", subject=name, params={"input": result.input})
        self._seen.add(name)
        place = os.path.join(self._path, name)
        refuse_input(place, self._inputs)
        answer = _written(self._kind, result, exit_code, self._lang, Colour.NONE, legal=self._legal)
        with open_output(place, overwrite=self._overwrite) as output:
            output.write(answer.encode())
            output.commit()

    def close(self) -> None:
        """Nothing is left to do."""

    def discard(self) -> None:
        """Nothing is half-made."""


class Log:
    """A log of JSON lines that grows record by record, so that a batch that is cut off can go on."""

    def __init__(
        self, path: str, lang: str, *, mode: str, inputs: tuple[str, ...], legal: LegalOrder | None = None
    ) -> None:
        refuse_input(path, inputs)
        self._lang, self._legal = lang, legal
        try:
            self._stream = open(path, mode)  # noqa: SIM115 - closed by close()
        except FileExistsError as problem:
            raise ConfigError("OUTPUT_EXISTS", subject=path) from problem

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Append the record of one input and hand it to the system."""
        self._stream.write(json_line(result, exit_code, self._lang, legal=self._legal).encode())
        self._stream.flush()

    def close(self) -> None:
        """Make the log durable."""
        os.fsync(self._stream.fileno())
        self._stream.close()

    def discard(self) -> None:
        """Keep what is written: a log that was cut off is what `--resume` goes on with."""
        self._stream.close()


def refuse_input(path: str, inputs: tuple[str, ...]) -> None:
    """Raise `ConfigError` OUTPUT_IS_INPUT when a place is one of the inputs."""
    if not os.path.lexists(path):
        return
    for item in inputs:
        try:
            same = item != "-" and os.path.samefile(path, item)
        except OSError:
            continue
        if same:
            raise ConfigError("OUTPUT_IS_INPUT", subject=path)


def _written(
    kind: str, result: BulkResult, exit_code: int, lang: str, colour: Colour, *, legal: LegalOrder | None
) -> str:
    writers: dict[str, Callable[[], str]] = {
        "json": lambda: json_text(result, lang, legal=legal),
        "jsonl": lambda: json_line(result, exit_code, lang, legal=legal),
        "text": lambda: _sheet(result, lang, colour, legal),
    }
    return writers[kind]()


def _sheet(result: BulkResult, lang: str, colour: Colour, legal: LegalOrder | None) -> str:
    if result.report is None:
        assert result.error is not None
        return render_error(result.error, name=result.input, lang=lang, colour=colour)
    sheet = render_text(result.report.data, lang=lang, colour=colour)
    if legal is None:
        return sheet
    from edoc.report.legal import render_legal

    return sheet + render_legal(legal.view(result.report.data), lang=lang, colour=colour)
