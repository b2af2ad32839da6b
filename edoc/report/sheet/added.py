"""What is added to a sheet and does not come from the report: articles of a law, records, pictures of pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edoc.facts.findings import Finding
from edoc.legal.model import ArticleView, LegalView
from edoc.legal.profile import phrases
from edoc.report.additions import Additions, Box, PagePicture, RecordView
from edoc.report.records import DIGEST_FACTS, fact_words
from edoc.report.reported import reported_lines
from edoc.report.sheet.model import Block, Bullets, Items, Paragraphs, Picture, Pictures, Rows, Section
from edoc.report.sheet.runs import Text, Tongue
from edoc.report.sheet.sections import finding_item, left_out
from edoc.report.words import words
from edoc.result.enums import Verdict
from edoc.result.report import ReportData, Reported

_PICTURES = 8
"""Pages shown: each costs some hundred kilobytes."""
_NOTES = 20
_RECORDS = 20
_RECORD_WORDS = {
    Verdict.PASSED: "sheet_record_passed",
    Verdict.INTACT: "sheet_record_intact",
    Verdict.FAILED: "sheet_record_failed",
    Verdict.INDETERMINATE: "sheet_record_open",
    Verdict.NO_SIGNATURE: "sheet_record_unsigned",
}
_CONCERNS = {True: "sheet_record_this", False: "sheet_record_other", None: "sheet_record_unnamed"}


def added_sections(additions: Additions, say: Tongue) -> list[Section]:
    """Return the sections, in their order: pictures, records, the law."""
    found = []
    if additions.pictures or additions.picture_notes:
        found.append(_pictures(additions.pictures, additions.picture_notes, say))
    found += [_record(record, say) for record in additions.records[:_RECORDS]]
    if additions.legal is not None:
        found += list(_legal(additions.legal, say))
    return found


def reported_section(data: ReportData, reported: Reported, say: Tongue) -> Section:
    """Return what a sealed report states about another document."""
    rows = tuple((say.text(label), say.runs(value)) for label, value in reported_lines(data, reported, say))
    note = Paragraphs(lines=(say.text("reported_limit"),))
    return Section(name="reported", heading=say.text("reported_head"), blocks=(note, Rows(rows=rows)))


def _pictures(pictures: tuple[PagePicture, ...], notes: tuple[Finding, ...], say: Tongue) -> Section:
    blocks: list[Block] = []
    if notes:
        blocks.append(Items(items=tuple(finding_item(note, say) for note in notes[:_NOTES])))
    if pictures:
        pairs = tuple(pair for picture in pictures[:_PICTURES] for pair in (_pair(picture, say), *_closer(picture, say)))
        blocks += [Paragraphs(lines=(say.text("sheet_pictures_note"),)), Pictures(pairs=pairs)]
    out = left_out(len(pictures[_PICTURES:]) + len(notes[_NOTES:]), say)
    return Section(name="pictures", heading=say.text("sheet_pictures"), blocks=(*blocks, *out))


def _pair(picture: PagePicture, say: Tongue) -> tuple[Picture, Picture]:
    signature = say.code(picture.signature)
    numbers = {"signed": picture.page, "handed": picture.now or picture.page}
    places = say.counted("sheet_places", count=len(picture.boxes))
    sides = (("signed", picture.signed), ("handed", picture.handed_over))
    made = []
    for key, image in sides:
        where = {"page": say.number(numbers[key]), "signature": signature}
        caption = say.phrase(f"sheet_page_{key}" if image is not None else f"sheet_page_{key}_none", **where)
        alternative = say.runs(f"{caption} {places}")
        made.append(Picture(caption=say.runs(caption), alternative=alternative, image=image, boxes=picture.boxes))
    return made[0], made[1]


def _closer(picture: PagePicture, say: Tongue) -> Iterator[tuple[Picture, Picture]]:
    """Yield the enlarged places of a page, with a frame around what differs in each."""
    signature = say.code(picture.signature)
    for look in picture.closer:
        boxes = tuple(box for box in (_within(box, look.part) for box in picture.boxes) if box is not None)
        signed = say.phrase("sheet_closer_signed", page=say.number(picture.page), signature=signature)
        handed = say.phrase("sheet_closer_handed", page=say.number(picture.now or picture.page))
        yield (
            Picture(caption=say.runs(signed), alternative=say.runs(signed), image=look.signed, boxes=boxes),
            Picture(caption=say.runs(handed), alternative=say.runs(handed), image=look.handed_over, boxes=boxes),
        )


def _within(box: Box, part: Box) -> Box | None:
    """Return the place of a box within a part of the page, null when it reaches outside."""
    width, height = part[2] - part[0], part[3] - part[1]
    inside = part[0] <= box[0] and part[1] <= box[1] and box[2] <= part[2] and box[3] <= part[3]
    if not inside or width <= 0 or height <= 0:
        return None
    left, top, right, bottom = box
    return ((left - part[0]) / width, (top - part[1]) / height, (right - part[0]) / width, (bottom - part[1]) / height)


def _record(record: RecordView, say: Tongue) -> Section:
    about = (say.text("sheet_record_concerns"), say.text(_CONCERNS[record.concerns_document]))
    rows = (*own_rows(record, say), about, *record_rows(record.facts, say))
    note = Paragraphs(lines=(say.text("sheet_record_note"),))
    return Section(name="record", heading=say.text(f"record_{record.kind.value}"), blocks=(note, Rows(rows=rows)))


def own_rows(record: RecordView, say: Tongue) -> Iterator[tuple[Text, Text]]:
    """Yield what is known of a record's own signature."""
    yield say.text("sheet_record_file"), say.runs(say.value(record.name))
    yield say.text("result"), say.text(_RECORD_WORDS[record.verdict])
    yield _signer(record, say)
    proved = say.runs(say.moment(record.signed_at)) if record.signed_at else say.text("sheet_none_proved")
    yield say.text("proved_time"), proved


def record_rows(facts: Sequence[tuple[str, str]], say: Tongue) -> Iterator[tuple[Text, Text]]:
    """Yield what a record states; a fact without a phrase of its own is shown by its name."""
    known = words(say.lang)
    for name, value in facts:
        shown = say.digest(value) if name in DIGEST_FACTS else fact_words(name, value, say)
        yield say.text(name) if name in known else say.runs(say.code(name)), say.runs(shown)


def _signer(record: RecordView, say: Tongue) -> tuple[Text, Text]:
    """Whoever signed it: known only where its own signature passed, else a claim."""
    label = "sheet_record_signer" if record.verdict is Verdict.PASSED else "calls_itself"
    return say.text(label), say.runs(say.value(record.signer) if record.signer else say.phrase("nobody"))


def _legal(view: LegalView, say: Tongue) -> Iterator[Section]:
    told = phrases(say.lang)

    def own(text: str, **parts: str) -> Text:
        return say.runs(say.own(text.format(**parts) if parts else text))

    lines = [own(told["limit"]), own(view.note[say.lang])]
    pki: list[tuple[Text, Text]] = []
    for entry in view.pki:
        label = own("{label} ({name})", label=told["pki"], name=say.code(entry.signature))
        pki.append((label, own(told[f"pki_{entry.pki.value}"])))
    notes = [own(note[say.lang]) for note in view.pki_notes.values()]
    profile = own("{label}: {value}", label=told["profile"], value=say.code(f"{view.profile} {view.digest}"))
    yield Section(
        name="law",
        heading=own(told["head"], title=view.title[say.lang]),
        blocks=(
            Paragraphs(lines=tuple(lines)),
            Rows(rows=tuple(pki)),
            Paragraphs(lines=(*notes, *_types(view, say), profile)),
        ),
    )
    for article in view.articles:
        yield _article(article, view, say)


def _types(view: LegalView, say: Tongue) -> Iterator[Text]:
    told = phrases(say.lang)
    if not view.excluded_types:
        return
    listed = say.listed([words[say.lang] for words in view.excluded_types.values()])
    yield say.runs(say.own(f"{told['types']}: {listed}"))
    if view.document_type is None:
        yield say.runs(say.own(told["types_unstated"]))
    elif not view.out_of_scope:
        yield say.runs(say.own(told["types_other"]))
    else:
        named = view.excluded_types[view.document_type][say.lang]
        yield say.runs(say.own(told["types_named"].format(type=named)))


def _article(article: ArticleView, view: LegalView, say: Tongue) -> Section:
    told = phrases(say.lang)

    def own(text: str) -> Text:
        return say.runs(say.own(text))

    evidence = []
    for item in article.evidence:
        names = say.listed([say.code(name) for name in item.subjects])
        mark = told[f"mark_{item.outcome.value}"]
        evidence.append(own(f"{mark}{f' ({names})' if names else ''}: {item.words[say.lang]}"))
    rows = [(own(told["condition"]), own(article.condition[say.lang]))]
    last = [(own(told["cannot_show"]), own(article.cannot_show[say.lang]))]
    if article.set_aside:
        names = say.listed([say.code(item.signature) for item in article.set_aside])
        last.insert(0, (own(told["set_aside"]), own(names)))
    if article.maps_to:
        parts = [f"{view.regimes[key][say.lang]} {say.code(there)}" for key, there in article.maps_to.items()]
        last.append((own(told["maps_to"]), own(("؛ " if say.lang == "fa" else "; ").join(parts))))
    return Section(
        name="article",
        heading=own(f"{say.code(article.id)} – {article.title[say.lang]}: {told[article.outcome.value]}"),
        blocks=(Rows(rows=tuple(rows)), Bullets(lines=tuple(evidence)), Rows(rows=tuple(last))),
    )
