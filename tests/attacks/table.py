"""Every known class of attack on a PDF with the fixtures that stand for it; `python -m tests.attacks` writes the table.

A fixture is in a class because it says so where it is made, or because it stands here: those of the formats'
own tests do not know of classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.attacks import container, contents, later, shadow, signers, twofold, views
from tests.attacks.fixture import FAILED, FIXTURES, INTACT, UNDECIDED, UNSIGNED, Fixture
from tests.attacks.forgeries import FORGERIES, HONEST
from tests.attacks.witness import difference
from tests.formats.pdf.attacks import ATTACKS, CONTROLS
from tests.formats.pdf.bombs import BOMBS

MODULES = (container, contents, later, shadow, signers, twofold, views)
"""Imported for what they register."""


@dataclass(frozen=True)
class Class:
    """One class of attacks."""

    title: str
    names: str = ""
    """Names of fixtures that do not say so themselves."""
    remark: str = ""
    """What else is to be said, or why it cannot be made."""


CLASSES: dict[str, Class] = {
    "PDF-01": Class("Universal forgery: /Contents or /ByteRange missing, null, empty or zero", """
        contents_missing byte_range_missing byte_range_null byte_range_empty byte_range_zero value_is_a_stream"""),
    "PDF-02": Class("Update with a broken or absent table, trailer or end mark", """
        object_behind_the_end trailer_behind_the_end update_without_end_mark update_without_table
        update_that_points_at_the_old_table nine_hundred_bytes_behind_the_end unlisted_object_in_an_update
        unlisted_section_in_an_update"""),
    "PDF-03": Class("Well-formed unsigned update that replaces content", """
        content_replaced font_replaced change_hidden_behind_many_others new_chain_beside_the_signed_one
        page_with_two_contents generation_raised length_of_a_signed_stream_shortened"""),
    "PDF-04": Class("Signature wrapping: the range moved, objects in the gap",
                    "gap_wider_than_contents objects_wrapped_in_the_gap covers_less_than_its_revision"),
    "PDF-05": Class("/Contents as another string, or with room behind it",
                    "contents_as_literal_string contents_with_white_space"),
    "PDF-06": Class("/ByteRange of the wrong count, kind or order", """
        byte_range_of_two_numbers byte_range_of_six_numbers byte_range_negative byte_range_of_reals
        byte_range_overlapping byte_range_indirect byte_range_not_from_the_start byte_range_past_the_end"""),
    "PDF-07": Class("A key twice in the signature dictionary", "contents_twice byte_range_twice_in_two_spellings"),
    "PDF-08": Class("Text that looks like a signature where none is", """
        signature_that_no_field_names signature_in_an_object_stream_that_no_field_names escaped_spelling_of_byte_range"""),
    "PDF-09": Class("Shadow attack: hidden content uncovered later",
                    "overlay_freed object_stream_freed size_that_takes_objects_away"),
    "PDF-10": Class("Shadow attack: font, value or appearance replaced later", """
        appearance_replaced_and_value_kept appearance_overwritten_in_place need_appearances_added
        default_appearance_changed default_font_redirected default_resources_alone
        default_picture_redefined_beside_a_stamp box_shown_as_ticked box_with_another_appearance
        value_borrowed_from_a_signed_object value_that_is_no_text filled_field filled_in_place box_ticked"""),
    "PDF-11": Class("Shadow attack: another document comes alive later", """
        dangling_reference_defined_later dangling_reference_defined_under_a_second_signature
        object_number_zero_comes_alive entry_moved_to_an_older_object entry_that_waits_behind_the_signed_end
        stream_that_reaches_behind_the_signed_end root_moved_to_an_equal_object catalog_with_two_page_trees"""),
    "PDF-12": Class("Annotation over certified content", """
        free_text_over_a_certified_form free_text_where_annotations_are_permitted stamp_where_annotations_are_permitted
        note_with_an_appearance_of_its_own annotation_after_an_approval_signature
        annotation_text_changed_after_an_approval_signature
        note_added_where_the_certification_permits_it""",
        "Ten kinds at every permission, alone and under a second signature, besides: `test_annotations.py`."),
    "PDF-13": Class("A later signature whose appearance covers content", """
        sneaky_signature_over_the_page box_in_other_objects box_of_five_numbers box_over_a_cropped_page
        box_held_against_another_page stamp_in_a_widget_of_its_own signature_with_many_widgets
        second_widget_under_the_name_of_a_new_signature small_visible_second_signature small_visible_stamp"""),
    "PDF-14": Class("Change beyond what the certification permits (DocMDP)", """
        filled_although_certified_against_it signed_although_certified_against_it
        unknown_permission_counts_as_the_narrowest permission_widened_later signature_after_certification
        filled_field_after_certification certified_at_every_permission"""),
    "PDF-15": Class("Change of a locked field (FieldMDP, Lock)", """
        locked_field_filled field_filled_although_all_are_locked field_filled_although_not_exempt
        field_lock_that_permits_nothing"""),
    "PDF-16": Class("Two certifications, one that is not first, permissions moved",
                    "certification_taken_away certified_after_an_approval permissions_added_later"),
    "PDF-17": Class("Pages, outlines, structure, names, metadata changed", """
        page_added page_rotated annotation_removed names_added field_removed field_renamed field_moved field_hidden
        text_field_added second_field_under_the_name_of_a_signed_one page_rewritten_unchanged metadata_added
        metadata_added_under_the_narrowest_permission"""),
    "PDF-18": Class("The security store as a carrier of other changes", """
        content_overwritten_as_a_certificate font_overwritten_as_a_list_of_certificates page_overwritten_as_the_store
        metadata_redirected_to_the_content metadata_shared_with_the_content unused_object_alone store_added
        store_added_under_the_narrowest_permission invisible_stamp"""),
    "PDF-19": Class("A signature or the store taken away or renamed", """
        signature_removed signature_removed_from_an_unsigned_end signature_replaced store_removed
        signature_dictionary_rewritten"""),
    "PDF-20": Class("Hybrid sections, streams and generations that two readers read differently", """
        hybrid_section_with_another_content content_replaced_through_a_hybrid_section
        hybrid_section_that_waits_behind_the_signed_end object_stream_overwritten signature_over_compressed_objects
        one_signature_with_stream_sections"""),
    "PDF-21": Class("Header, end marks, comments: differences between readers", """
        junk_before_the_header trailer_with_two_roots""",
        "Every document of the corpora and of this table besides: `tests/differential`."),
    "PDF-22": Class("The CMS carries content of its own although it says detached"),
    "PDF-23": Class("Old encodings: the digest taken from the CMS and not from the file"),
    "PDF-24": Class("Octets behind the CMS that are not zero", "padding_not_zero"),
    "PDF-25": Class("Name, reason, place and time of the dictionary taken as proved"),
    "PDF-26": Class("An appearance without a signature, or of somebody else",
                    "appearance_of_a_signature_replaced empty_signature_field_added"),
    "PDF-27": Class("Scripts, actions, layers, XFA, other files", """
        open_action_added optional_content_added forms_architecture_added field_with_an_action
        action_above_a_new_signature"""),
    "PDF-28": Class("Encryption: other strings for other readers",
                    "encryption_added encrypted_object_streams_beside_a_clear_catalog"),
    "PDF-29": Class("Integrity code of ISO/TS 32004 missing or wrong", "integrity_code_that_nobody_checks",
                    "edoc does not check the code and never passes a document that has one."),
    "PDF-30": Class("A genuine signature transplanted inside one file", "one_signature_in_two_fields"),
    "PDF-31": Class("Two files with one SHA-1 digest", remark="""
        A collision of one's own costs some 100,000 hours of a graphics card; what is made is a signature over a SHA-1
        digest, which no policy but `integrity` passes, whoever its twin is."""),
    "RES-04": Class("Streams that inflate without end", """
        section_inflates_to_200_megabytes section_inflates_twice object_stream_inflates_to_200_megabytes
        predictor_with_rows_of_one predictor_with_wide_rows predictor_of_images"""),
    "RES-05": Class("Circles", """
        sections_in_a_circle catalog_that_refers_to_itself references_in_a_circle field_that_is_its_own_kid
        object_stream_that_needs_itself"""),
    "RES-06": Class("Lengths and counts that lie, deep nesting, floods", """
        rows_without_width ten_thousand_nested_arrays hundred_thousand_nested_arrays nested_dictionaries_in_the_trailer
        comment_flood space_flood parenthesis_flood many_open_strings hexadecimal_string_with_a_wrong_end
        index_of_four_million_objects repeated_keys tokens_of_names tokens_of_different_names tokens_of_numbers
        tokens_of_strings tokens_of_containers tokens_of_references subsections_of_one_row five_hundred_updates
        six_hundred_updates form_of_sixty_thousand_fields large_form_in_many_revisions deep_field_tree
        signatures_in_three_hundred_revisions structure_tree_in_many_revisions many_objects_under_two_signatures
        many_references_under_two_signatures page_tree_of_many_nodes thousand_signatures
        thousand_signatures_over_many_bytes"""),
    "UI-01": Class("One word for everything loses what came later", remark="""
        Reports and verdicts refuse `bool()`; what came later is a value of its own: `tests/attacks/test_views.py`."""),
    "UI-02": Class("Names, reasons and file names that alter the report"),
    "UI-04": Class("The file is replaced between check and use", remark="""
        `signed_data` returns the octets that were digested, after the file is another too: `test_views.py`."""),
    "UI-05": Class("Another name or a second format chooses a laxer reader", remark="""
        The kind is told by content, whatever the name: `test_views.py`."""),
    "CASES": Class("The cases of the first measurements, as far as no class above holds them",
                   "second_signature one_signature signature_directly_in_its_field empty_signature_field_signed "
                   "resources_for_a_visible_signature"),
}


@cache
def fixtures() -> dict[str, Fixture]:
    """Return every fixture by name, with its classes; two makers of one name are one honest document."""
    found: dict[str, Fixture] = {}
    for item in ATTACKS:
        found[item.name] = Fixture(item.name, item.make, item.verdict, item.code, ())
    for name, (make, changes) in CONTROLS.items():
        found[name] = Fixture(name, make, INTACT, changes, ())
    for forgery, (verdict, code) in FORGERIES.items():
        found[forgery.__name__] = Fixture(forgery.__name__, forgery, verdict, code, ())
    for look_alike, changes in HONEST.items():
        found.setdefault(look_alike.__name__, Fixture(look_alike.__name__, look_alike, INTACT, changes, ()))
    assert not found.keys() & FIXTURES.keys()
    return {**found, **FIXTURES}


def members(name: str) -> list[str]:
    """Return the names of the fixtures of a class, bombs included, sorted."""
    own = {item.name for item in fixtures().values() if name in item.classes}
    return sorted(own | set(CLASSES[name].names.split()))


_WORDS = {FAILED: "FAILED", UNDECIDED: "INDETERMINATE", UNSIGNED: "NO_SIGNATURE", INTACT: "INTACT"}


def lines() -> Iterator[str]:
    """Yield the table as Markdown."""
    yield "# Classes of attacks and the fixtures that stand for them"
    yield ""
    yield "Written by `python -m tests.attacks`; a test holds it. *Verdict* is that of the policy `integrity`; *told* is the code"
    yield "that the report must hold, for an honest look-alike what is said of changes. *PDFium shows* compares the whole file with"
    yield "what was signed: `another page` proves that the attack works on a reader who does not check, `the same` that it aims at"
    yield "something else than the page, `refused` that PDFium opens it no more, `-` that there is nothing to compare with."
    for name, item in CLASSES.items():
        yield ""
        yield f"## {name}: {item.title}" if name != "CASES" else f"## {item.title}"
        yield ""
        if item.remark:
            yield " ".join(item.remark.split())
            yield ""
        if not members(name):
            continue
        yield "| fixture | verdict | told | PDFium shows |"
        yield "|---|---|---|---|"
        for member in members(name):
            yield _row(member)


def _row(name: str) -> str:
    if name in BOMBS:
        return f"| `{name}` | answered in time | | |"
    fixture = fixtures()[name]
    told = f"changes: {fixture.code}" if fixture.honest else f"`{fixture.code}`" if fixture.code else ""
    return f"| `{name}` | {_WORDS[fixture.verdict]} | {told} | {difference(fixture)} |"
