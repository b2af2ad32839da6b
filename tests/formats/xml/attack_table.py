"""Every known class of attacks on XML signatures with its fixtures; `python -m tests.formats.xml.attack_table` writes the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import ROOT
from tests.formats.xml import attacks_xades
from tests.formats.xml.attacks import ATTACKS

PLACE = ROOT / "docs" / "attack-table-xml.md"
MODULES = (attacks_xades,)
"""Imported for what they register."""


@dataclass(frozen=True)
class Class:
    """One class of attacks: fixtures by name, and what else is to be said, or why one cannot be made."""

    title: str
    names: str = ""
    remark: str = ""


CLASSES = (
    Class("Signature wrapping, eight placements and more", """
        wrapping_1_the_original_in_an_object wrapping_2_the_original_beside_the_signature
        wrapping_3_the_original_before_the_forged_one wrapping_4_the_original_inside_the_forged_one
        wrapping_5_the_original_in_an_extension wrapping_6_the_signature_inside_the_forged_one
        wrapping_7_the_forged_one_with_the_same_identifier
        wrapping_8_the_original_in_an_object_with_the_same_identifier
        wrapping_the_whole_document_in_an_object_of_another an_object_that_nobody_signed words_in_an_unsigned_envelope
        a_stylesheet_for_what_is_signed_by_its_identifier an_attribute_of_an_unsigned_envelope an_expression_that_leaves_out_the_amount
        an_expression_over_what_was_canonicalised_before"""),
    Class("Forged SignedProperties", """
        properties_signed_beside_those_that_are_read properties_that_nobody_signed properties_of_another_signature
        qualifying_properties_twice properties_with_the_identifier_of_others a_second_signing_time"""),
    Class("Duplicate identifiers", """
        one_identifier_twice one_identifier_under_two_names one_identifier_as_xml_id
        an_identifier_in_a_foreign_namespace other_data_with_the_identifier_of_the_signed_ones_hung_on"""),
    Class("What is hung on a signature under the names of what it signs", """
        a_counter_signature_with_all_the_names_of_its_parent other_properties_with_the_identifier_of_the_signed_ones_hung_on
        forged_properties_with_the_signed_ones_hung_on forged_properties_with_the_signed_ones_in_an_object""",
          "Its own properties and its KeyInfo are found by their place, so that nobody can spoil a document by hanging"
          " something on it; data that anybody may look up by an identifier must bear it alone."),
    Class("External entities, entities that grow, defaults of a document type", """
        an_external_entity entities_that_grow a_default_attribute_on_a_signed_element a_document_type_in_utf_16"""),
    Class("Stylesheets", "a_stylesheet_that_writes_what_was_signed a_stylesheet_and_an_address_in_the_key_information"),
    Class("XPath that costs or deceives", """
        an_expression_that_costs_its_cube a_thousand_transforms an_expression_of_a_million_characters
        an_expression_that_selects_nothing a_condition_on_many_deep_elements a_path_to_many_deep_elements
        a_base_joined_with_many_others a_path_that_goes_down_again_and_again"""),
    Class("Void digests", """
        a_relative_namespace_that_makes_nothing enveloped_on_what_stands_in_the_signature enveloped_after_canonicalising
        no_reference_at_all"""),
    Class("Comments that cut a text", "a_comment_in_signed_words a_comment_in_a_digest a_comment_in_the_value",
          "What was verified is handed out in canonical form, where no comment is left: INTACT is the right answer"
          " for words that a careless reader cuts short."),
    Class("Two readers, two documents", "",
          "There is one parse and one tree. Encodings and CDATA that mean the same give the same octets"
          " (`test_attacks.py`); entities, XML 1.1 and rare encodings are refused."),
    Class("Two SignedInfo, two values, parts and rests of signatures", """
        two_signed_infos two_values an_empty_signature parts_without_a_signature""",
          "A document from which the whole signature was taken has none: NO_SIGNATURE (`test_attacks.py`)."),
    Class("MACs: key confusion and truncation", "a_mac_keyed_with_the_public_key a_mac_of_which_eight_bits_count"),
    Class("Key information that names another key", """
        a_bare_key_of_somebody_else a_bare_key_alone another_certificate_put_first
        properties_that_name_another_certificate certificates_in_another_order
        a_certificate_put_in_place_of_the_signers a_second_signing_certificate"""),
    Class("Algorithms that do not fit the key, are unknown or weak", """
        an_elliptic_method_with_an_rsa_key an_rsa_method_with_an_elliptic_key a_method_that_nobody_knows
        a_canonical_form_that_nobody_knows a_weak_digest""",
          "A weak digest is told; by which date it may still be relied on the policy `default` decides."),
    Class("Elliptic values that are not r || s of the exact length", """
        an_elliptic_value_in_der an_elliptic_value_with_padding an_elliptic_value_of_zeros
        an_elliptic_value_cut_short"""),
    Class("Lax base64", "junk_in_base64 base64_without_padding base64_of_addresses"),
    Class("Canonical forms that cost", """
        namespaces_declared_at_two_thousand_depths ten_thousand_namespaces_on_the_root
        five_hundred_namespaces_over_twenty_thousand_children a_hundred_namespaces_over_fifty_thousand_children
        ten_thousand_attributes elements_a_thousand_deep a_large_document_signed_five_thousand_times"""),
    Class("Addresses outside the document", "",
          "Eleven kinds of address, of files, hosts, parents and nothing (`ADDRESSES` in `attacks.py`): none is"
          " followed, the data is missing, INDETERMINATE (`test_nothing_is_fetched`). Names inside containers are"
          " the container's own table."),
    Class("Counter-signatures moved", "a_counter_signature_over_something_else",
          "The verdict speaks of the signature that is countersigned; the broken one is told beside it."),
    Class("Signature policies", "",
          "A policy that is named by its address is never fetched; one that is handed over must have the digest that"
          " was signed: tests of the engine, for all formats alike."),
)  # fmt: skip


def names(known: Class) -> list[str]:
    return known.names.split()


def lines() -> Iterator[str]:
    yield "# Classes of attacks on XML signatures and the fixtures that stand for them"
    yield ""
    yield "Written by `python -m tests.formats.xml.attack_table`; a test holds it. *Verdict* is that of the policy"
    yield "`integrity`; *told* is a code that the report must hold."
    for known in CLASSES:
        yield ""
        yield f"## {known.title}"
        if known.names:
            yield ""
            yield "| fixture | verdict | told |"
            yield "|---|---|---|"
        for name in names(known):
            attack = ATTACKS[name]
            yield f"| `{name}` | {attack.expect} | {f'`{attack.code}`' if attack.code else '-'} |"
        if known.remark:
            yield ""
            yield known.remark


if __name__ == "__main__":
    PLACE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
