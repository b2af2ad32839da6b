"""Where the answers of `verify` go: a stream of sheets or lines, one file, or a folder of files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TextIO

from edoc.bulk import BulkResult
from edoc.cli.beside import NOTHING_BESIDE, Beside
from edoc.cli.talk import colour_of, present
from edoc.drivers.output import Output, open_output
from edoc.errors import ConfigError
from edoc.report.additions import Additions
from edoc.report.json import Json, dumps, error_dict
from edoc.report.model import Report
from edoc.report.paper import Colour
from edoc.report.screen import lay_out

if TYPE_CHECKING:
    from edoc.cli.law import LegalOrder
    from edoc.cli.pictures import Camera
    from edoc.report.sheet.view import Unread

RULE = "\u2500" * 72
_SUFFIXES = {"text": "txt", "json": "json", "html": "html", "pdf": "pdf"}


class Answers(Protocol):
    """Takes each result as it comes; `close` is called only when all of them went well."""

    places: list[str]
    """The files that have appeared, one for each sheet."""

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Write the answer about one input."""

    def close(self) -> None:
        """Let the output appear at its place."""

    def discard(self) -> None:
        """Leave nothing half-made behind; after `close` there is nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How answers are written: the format, the language, and what is added to them."""

    kind: str
    """A value of `--format`."""
    lang: str
    at: datetime
    """The time of the check, for sheets of inputs that could not be judged."""
    legal: LegalOrder | None = None
    camera: Camera | None = None
    """Draws the pages that were changed; null when none are wanted."""
    beside: Beside = NOTHING_BESIDE
    """Signed records, and the seal of the sheet."""

    def additions(self, name: str, report: Report) -> Additions:
        """Return what stands on the sheet of an input's report beside it."""
        shown = self.camera.pictures(name, report) if self.camera is not None else None
        return Additions(
            legal=self.legal.view(report.data) if self.legal is not None else None,
            pictures=shown.pictures if shown is not None else (),
            picture_notes=shown.notes if shown is not None else (),
            records=self.beside.views(report, self.lang),
        )


def json_text(result: BulkResult, manner: Manner) -> str:
    """Return one result as a JSON document."""
    if result.report is not None:
        return dumps(_report(result.report, manner), indent=2) + "\n"
    assert result.error is not None
    return dumps(error_dict(result.error, name=result.input, lang=manner.lang), indent=2) + "\n"


def json_line(result: BulkResult, exit_code: int, manner: Manner) -> str:
    """Return one result as a line of a log: the record, the input as given, and its exit code."""
    record = {"input": result.input, "exit": exit_code}
    if result.report is not None:
        return dumps({**record, **_report(result.report, manner)}) + "\n"
    assert result.error is not None
    return dumps({**record, **error_dict(result.error, name=result.input, lang=manner.lang)}) + "\n"


def _report(report: Report, manner: Manner) -> Json:
    """The report, with the keys `legal` and `records` only where they were asked for."""
    from edoc.report.added import added_dict

    # What stands in JSON shows no pages: none are drawn for it.
    additions = replace(manner, camera=None).additions("", report)
    return {**report.to_dict(lang=manner.lang), **added_dict(additions, lang=manner.lang)}


class Stream:
    """Standard output: every answer is flushed when it is known."""

    def __init__(self, manner: Manner) -> None:
        self.places: list[str] = []
        self._manner = manner
        self._count = 0

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Write the answer about one input; a sheet that cannot be made is a complaint."""
        text = self._manner.kind == "text"
        if text and result.report is None:
            present(_text(result, self._manner, colour_of(sys.stderr)), sys.stderr)
            return
        if text and self._count:
            present(f"{RULE}\n", sys.stdout)
        self._count += 1
        if self._manner.kind == "pdf":
            self._octets(result)
            return
        answer = _written(result, exit_code, self._manner, colour_of(sys.stdout))
        if text:
            present(answer, sys.stdout)
        else:
            sys.stdout.write(answer)
        sys.stdout.flush()

    def _octets(self, result: BulkResult) -> None:
        if is_terminal(sys.stdout):
            raise ConfigError("PDF_TO_TERMINAL", subject=result.input)
        sys.stdout.buffer.write(_pdf(result, self._manner))
        sys.stdout.buffer.flush()

    def close(self) -> None:
        """Nothing is left to do."""

    def discard(self) -> None:
        """Nothing is half-made."""


class OneFile:
    """One file that appears whole or not at all; beside a PDF the report as JSON, `OUT.json`."""

    def __init__(self, path: str, manner: Manner, *, overwrite: bool, inputs: tuple[str, ...]) -> None:
        self.places: list[str] = []
        self._path, self._manner = path, manner
        self._pages = _Pages(path, overwrite=overwrite, inputs=inputs, beside=manner.kind == "pdf")
        self._count = 0

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Add the answer about one input."""
        rule = f"{RULE}\n" if self._count and self._manner.kind == "text" else ""
        self._count += 1
        self._pages.write(result, exit_code, self._manner, rule=rule)

    def close(self) -> None:
        """Let the file appear."""
        self._pages.commit()
        self.places.append(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._pages.discard()


class _Pages:
    """One answer on its way to its file, and to the file beside it where there is one."""

    def __init__(self, path: str, *, overwrite: bool, inputs: tuple[str, ...], beside: bool) -> None:
        # Beside a device or a pipe there is no place for a second file.
        regular = os.path.isfile(path) or not os.path.exists(path)
        paths = (path, f"{path}.json") if beside and regular else (path,)
        for item in paths:
            refuse_input(item, inputs)
        self._outputs: list[Output] = []
        try:
            for item in paths:
                self._outputs.append(open_output(item, overwrite=overwrite))
        except ConfigError:
            self.discard()
            raise

    def write(self, result: BulkResult, exit_code: int, manner: Manner, *, rule: str = "") -> None:
        """Add the answer about one input."""
        if manner.kind == "pdf":
            self._outputs[0].write(_pdf(result, manner))
            for output in self._outputs[1:]:
                output.write(json_text(result, manner).encode())
        else:
            self._outputs[0].write(rule.encode() + _kept(result, exit_code, manner))

    def commit(self) -> None:
        """Let what was written appear."""
        for output in self._outputs:
            output.commit()

    def discard(self) -> None:
        """Forget what was not committed."""
        for output in self._outputs:
            output.discard()


class Folder:
    """A file for each input in one folder, each appearing whole."""

    def __init__(self, path: str, manner: Manner, *, overwrite: bool, inputs: tuple[str, ...]) -> None:
        self.places: list[str] = []
        self._path, self._manner = path, manner
        self._overwrite, self._inputs = overwrite, inputs
        self._seen: set[str] = set()
        os.makedirs(path, exist_ok=True)

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Write the answer about one input to its file."""
        suffix = _SUFFIXES[self._manner.kind]
        name = f"{os.path.basename(result.input) or 'document'}.report.{suffix}"
        if name in self._seen:
            raise ConfigError("OUTPUT_SAME_NAME", subject=name, params={"input": result.input})
        self._seen.add(name)
        place = os.path.join(self._path, name)
        pages = _Pages(place, overwrite=self._overwrite, inputs=self._inputs, beside=self._manner.kind == "pdf")
        try:
            pages.write(result, exit_code, self._manner)
            pages.commit()
        finally:
            pages.discard()
        self.places.append(place)

    def close(self) -> None:
        """Nothing is left to do."""

    def discard(self) -> None:
        """Nothing is half-made."""


class Log:
    """A log of JSON lines that grows record by record, so that a batch that is cut off can go on."""

    def __init__(self, path: str, manner: Manner, *, mode: str, inputs: tuple[str, ...]) -> None:
        refuse_input(path, inputs)
        self.places: list[str] = []
        self._manner = manner
        try:
            self._stream = open(path, mode)  # noqa: SIM115 - closed by close()
        except FileExistsError as problem:
            raise ConfigError("OUTPUT_EXISTS", subject=path) from problem

    def take(self, result: BulkResult, exit_code: int) -> None:
        """Append the record of one input and hand it to the system."""
        self._stream.write(json_line(result, exit_code, self._manner).encode())
        self._stream.flush()

    def close(self) -> None:
        """Make the log durable."""
        os.fsync(self._stream.fileno())
        self._stream.close()

    def discard(self) -> None:
        """Keep what is written: a log that was cut off is what `--resume` goes on with."""
        self._stream.close()


def is_terminal(stream: TextIO) -> bool:
    """Tell whether somebody would see the octets themselves."""
    return stream.isatty()


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


def _written(result: BulkResult, exit_code: int, manner: Manner, colour: Colour) -> str:
    writers: dict[str, Callable[[], str]] = {
        "json": lambda: json_text(result, manner),
        "jsonl": lambda: json_line(result, exit_code, manner),
        "text": lambda: _text(result, manner, colour),
        "html": lambda: _html(result, manner),
    }
    return writers[manner.kind]()


def _kept(result: BulkResult, exit_code: int, manner: Manner) -> bytes:
    """An answer as it stands in a file."""
    if manner.beside.sealing is not None:
        return _sealed(result, manner)
    answer = _written(result, exit_code, manner, Colour.NONE)
    return (lay_out(answer) if manner.kind == "text" else answer).encode()


def _text(result: BulkResult, manner: Manner, colour: Colour) -> str:
    from edoc.report.text import render_error, render_text

    if result.report is None:
        assert result.error is not None
        return render_error(result.error, name=result.input, lang=manner.lang, colour=colour)
    report = result.report
    additions = manner.additions(result.input, report)
    sheet = render_text(report.data, lang=manner.lang, colour=colour, additions=additions)
    if manner.legal is None:
        return sheet
    from edoc.report.legal import render_legal

    return sheet + render_legal(manner.legal.view(report.data), lang=manner.lang, colour=colour)


def _html(result: BulkResult, manner: Manner) -> str:
    """The sheet; an input that could not be judged has one too."""
    if result.report is not None:
        return result.report.to_html(lang=manner.lang, additions=manner.additions(result.input, result.report))
    from edoc.report.sheet.draw import html_error_sheet

    return html_error_sheet(_unread(result, manner), lang=manner.lang)


def _sealed(result: BulkResult, manner: Manner) -> bytes:
    """The sealed sheet; where nothing was judged there is nothing that an office could seal."""
    if result.report is None:
        assert result.error is not None
        raise result.error
    assert manner.beside.sealing is not None
    additions = manner.additions(result.input, result.report)
    return manner.beside.sealing.sealed(result.report, kind=manner.kind, lang=manner.lang, additions=additions)


def _pdf(result: BulkResult, manner: Manner) -> bytes:
    if manner.beside.sealing is not None:
        return _sealed(result, manner)
    if result.report is not None:
        return result.report.to_pdf(lang=manner.lang, additions=manner.additions(result.input, result.report))
    from edoc.report.sheet.draw import pdf_error_sheet

    return pdf_error_sheet(_unread(result, manner), lang=manner.lang)


def _unread(result: BulkResult, manner: Manner) -> Unread:
    from edoc import __version__
    from edoc.report.sheet.view import Unread

    assert result.error is not None
    return Unread(error=result.error, name=result.input, at=manner.at, tool_version=__version__)
