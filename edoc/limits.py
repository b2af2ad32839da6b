"""Every size, depth and count that hostile input could abuse, each with the reason for its number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The budgets of one document; exceeding one is a finding (`*_LIMIT`, INDETERMINATE), not a crash."""

    document_bytes: int = 4 << 30
    """A PDF with a classic table cannot be larger than 10 GB; 4 GiB covers what courts file."""
    pdf_sections: int = 512
    """Cross-reference sections: one per save; 500 signatures are beyond any real file."""
    pdf_objects: int = 400_000
    """Objects listed: the largest court bundles seen have some 50,000."""
    pdf_depth: int = 64
    """Nesting of arrays and dictionaries; real files stay below 12."""
    pdf_tokens: int = 1_500_000
    """Tokens read in all: three seconds and 250 MB at the worst; a form of 50,000 fields needs a million."""
    pdf_streams: int = 20_000
    """Structure streams decoded in all."""
    pdf_inflated_bytes: int = 64 << 20
    """Structure bytes inflated in all: a bomb costs at most 0.1 s."""
    pdf_stream_bytes: int = 16 << 20
    """One inflated structure stream; real ones rarely exceed 2 MiB."""
    pdf_inflate_ratio: int = 400
    """Inflated against deflated size, above 1 MiB."""
    pdf_string_bytes: int = 1 << 20
    """A string that is not /Contents."""
    pdf_fields: int = 50_000
    """Form fields walked."""
    pdf_reference_hops: int = 8
    """Indirect references followed for one value."""
    zip_entries: int = 20_000
    """Entries of one container: bundles of 10,000 files occur; each costs some 10 microseconds."""
    zip_name_bytes: int = 1_024
    """One entry's name; file systems end at 255 octets a folder."""
    zip_inflated_bytes: int = 4 << 30
    """Octets inflated in all, streamed; as much as a document may have."""
    zip_inflate_ratio: int = 200
    """Inflated against deflated size of one entry above 8 MiB: deflate itself ends at 1,032, real documents at 50."""
    zip_member_bytes: int = 64 << 20
    """One entry that is read whole: signatures, manifests, lists; data files are streamed."""
    asic_manifests: int = 1_000
    """Manifests of one container: one a signature or time-stamp, one more for every renewal."""
    json_bytes: int = 256 << 20
    """One JSON document, read whole: signed payloads of that size do not occur."""
    record_bytes: int = 1 << 20
    """One record of an inquiry, a scan or a print: a note with a thousand marks has 100 KiB."""
    jws_header_bytes: int = 4 << 20
    """The text of one protected header; with a chain of certificates it has 10 KiB."""
    xml_bytes: int = 256 << 20
    """One XML document: its tree takes some eight times as much."""
    xml_tags: int = 2_500_000
    """Tags of one XML document: lists of 100,000 lines have a million; the tree of so many takes 400 MB at the worst."""
    xml_depth: int = 256
    """Nesting of elements; real documents stay below 40."""
    xml_attributes: int = 1_000
    """Attributes of one element; spreadsheets have some 50."""
    xml_namespaces: int = 128
    """Namespace declarations on the way from the root to an element: canonical forms cost their square; XBRL has 60."""
    xml_references: int = 10_000
    """References of one signature, those of its manifests among them."""
    xml_work: int = 96 << 20
    """Octets canonicalised for one document beside four times its size, in the general way eight for one: two seconds."""
    xml_transforms: int = 10
    """Transforms of one reference; real ones have at most four."""
    xml_xpath_chars: int = 2_000
    """Characters of one XPath expression."""
    evidence_bytes: int = 16 << 20
    """One evidence record: a token with its lists has 20 KiB, a century of yearly renewals 2 MiB."""
    evidence_hashes: int = 200_000
    """Hash values of one evidence record: a group of 20,000 files, renewed some times."""
    evidence_stamps: int = 100
    """Archive time-stamps of one evidence record: a renewal a year for a century."""
    evidence_records: int = 50
    """Evidence records of one document: each costs as many signature checks as it has time-stamps."""
    signatures: int = 2_000
    """Signatures and time-stamps judged in one document."""
    cms_bytes: int = 8 << 20
    """One CMS with its certificates and revocation lists."""
    certificates: int = 200
    """Embedded certificates considered for one document (trust.md 1.6)."""
    certificate_bytes: int = 64 << 10
    """One certificate."""
    crl_bytes: int = 64 << 20
    """One revocation list."""
    crl_entries: int = 5_000_000
    """Entries of one revocation list."""
    path_depth: int = 10
    """Certificates of one path, anchor not counted."""
    path_signature_checks: int = 300
    """Signature checks while building paths for one leaf: every embedded certificate may bear the same name."""
    document_signature_checks: int = 10_000
    """Those of all signatures of a document together: a second; 2,000 signatures of real chains need 6,000."""
    path_steps: int = 2_000
    """Builder steps for one leaf."""
    path_candidates: int = 256
    """Candidates of one name: an authority re-certified for decades has some 30, junk may add what is embedded."""
    path_results: int = 20
    """Candidate paths handed to the engine."""
    name_constraint_comparisons: int = 250_000
    """Comparisons of names with constraints for one path (webpki's number)."""
    rsa_bits: int = 16_384
    """Largest RSA modulus: larger ones are a CPU sink."""
    fetch_rounds: int = 8
    """Rounds of a driver that answers wants."""


DEFAULT_LIMITS = Limits()
