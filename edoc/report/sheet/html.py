"""The sheet as one HTML file: no script, nothing from outside, readable without its style."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from edoc.report.sheet import marks
from edoc.report.sheet.model import Look, Mark, Sheet, TimeLine
from edoc.report.sheet.runs import Kind, Run, Text, Tongue, tongue

_FONTS = {
    "REGULAR": "Vazirmatn-Regular.woff2",
    "BOLD": "Vazirmatn-Bold.woff2",
    "MONO": "DejaVuSansMono.woff2",
}


def draw_html(sheet: Sheet) -> str:
    """Return the sheet as the text of one HTML file."""
    style, style_hash = _style()
    say = tongue(sheet.lang)
    return _template().render(
        sheet=sheet,
        say=say,
        direction="rtl" if sheet.lang == "fa" else "ltr",
        style=style,
        style_hash=style_hash,
        runs=_Runs(say),
        mark=lambda mark: _mark(mark, sheet.verdict.look),
        look=_look,
        time_line=lambda line: _time_line(line, say),
        image=_image,
        kind=lambda block: type(block).__name__,
    )


class _Runs:
    """Turns runs into HTML: what is not our own text is isolated, and says its language."""

    def __init__(self, say: Tongue) -> None:
        self._lang = say.lang

    def __call__(self, text: Text) -> Markup:
        return Markup("").join(self._run(run) for run in text)

    def _run(self, run: Run) -> Markup:
        if run.kind is Kind.OWN:
            return escape(run.text)
        if run.kind is Kind.TIME:
            assert run.moment is not None
            stamp = run.moment.isoformat().replace("+00:00", "Z")
            return Markup('<time datetime="{}" dir="ltr">{}</time>').format(stamp, run.text)
        direction = "rtl" if run.rtl else "ltr"
        lang = Markup(' lang="{}"').format(run.lang) if run.lang and run.lang != self._lang else Markup("")
        classes = " ".join(name for name, holds in (("code", run.kind is Kind.CODE), ("whole", run.whole)) if holds)
        marked = Markup(' class="{}"').format(classes) if classes else Markup("")
        return Markup('<bdi{} dir="{}"{}>{}</bdi>').format(marked, direction, lang, run.text)


def _mark(mark: Mark, look: Look) -> Markup:
    # The drawings are our own text; nothing from outside is in them.
    return Markup(marks.mark_svg(mark, passed=look is Look.PASSED))


def _look(look: Look) -> Markup:
    return Markup(marks.look_svg(look))


def _time_line(line: TimeLine, say: Tongue) -> Markup:
    return Markup(marks.time_line_svg(line, rtl=say.lang == "fa", font="EdocText, sans-serif"))


def _image(octets: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(octets).decode('ascii')}"


@cache
def _style() -> tuple[Markup, str]:
    """The text of the style element, and its digest for the policy that allows this one and no other."""
    css = _own("sheet.css").decode("utf-8")
    for place, name in _FONTS.items():
        css = css.replace(f"@@{place}@@", base64.b64encode(_own(f"fonts/{name}")).decode("ascii"))
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    return Markup(css), f"sha256-{digest}"


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, cache_size=4
    )
    return environment.from_string(_own("sheet.html.j2").decode("utf-8"))


def _own(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
