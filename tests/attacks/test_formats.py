"""What can be put beside or into signed documents of the formats other than PDF, and what edoc must say of it."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import tracemalloc

import pytest

import edoc
from edoc.formats.xml.algorithms import C14N_EXCLUSIVE
from edoc.formats.xml.transforms import XPATH, XPATH_FILTER_2
from edoc.formats.xml.tree import DS
from tests.formats.cades import maker as cades
from tests.formats.jws.maker import ask, b64, header, value
from tests.formats.xml.maker import ORDER, enveloped, enveloping, reference, signature, signed, transform
from tests.formats.xml.test_attacks import codes, verified

_BASE64 = transform(f"{DS}base64")
_MANIFEST = f' Type="{DS}Manifest"'
_SECONDS = 5.0

UNSIGNED = {
    "a_manifest_of_another_namespace": '<x:Manifest xmlns:x="urn:x"><pay>900</pay></x:Manifest>',
    "properties_of_another_namespace": '<x:QualifyingProperties xmlns:x="urn:x"><pay>900</pay></x:QualifyingProperties>',
    "words_as_signature_properties": (
        '<ds:SignatureProperties><ds:SignatureProperty Target="#sig">Pay</ds:SignatureProperty></ds:SignatureProperties>'
    ),
    "words_in_a_manifest": "<ds:Manifest>Pay</ds:Manifest>",
    "words_before_a_comment": "Pay<!-- -->",
    "words_before_an_element": "Pay<ds:Manifest/>",
    "words_behind_an_element": "<ds:Manifest/>Pay",
    "an_instruction": "<?pay 900?>",
    "a_signature_that_nobody_reads": "<ds:Signature><ds:Object><pay>900</pay></ds:Object></ds:Signature>",
    "one_deeper": "<x><ds:Signature><ds:Object><pay>900</pay></ds:Object></ds:Signature></x>",
}


@pytest.mark.parametrize("name", UNSIGNED)
@pytest.mark.parametrize("make", [enveloping, enveloped])
def test_what_is_put_into_an_object_is_not_signed(make: object, name: str) -> None:
    good = signed(make())  # type: ignore[operator]
    assert verified(good).verdict is edoc.Verdict.INTACT
    more = f"<ds:Object>{UNSIGNED[name]}</ds:Object></ds:Signature>".encode()
    report = verified(more.join(good.rsplit(b"</ds:Signature>", 1)))
    assert (report.verdict, "PARTIAL_COVERAGE" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


def test_base64_signs_text_and_no_markup() -> None:
    template = '<doc><part Id="o1" amount="100">SGVsbG8h</part>' + signature(reference("#o1", transforms=_BASE64)) + "</doc>"
    report = verified(signed(template).replace(b'"100"', b'"900"'))
    assert (report.verdict, "PARTIAL_COVERAGE" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


def test_base64_in_an_object_signs_no_element() -> None:
    box = '<ds:Object Id="obj">SGVsbG8h</ds:Object>'
    good = signed(signature(reference("#obj", transforms=_BASE64), objects=box))
    report = verified(good)
    assert (report.verdict, report.signatures[0].signed_data(0)) == (edoc.Verdict.INTACT, b"Hello!")
    report = verified(good.replace(b"SGVs", b'SGVs<pay to="Thief"/>'))
    assert (report.verdict, "PARTIAL_COVERAGE" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


@pytest.mark.parametrize("algorithm, expression", [
    (XPATH, "<ds:XPath>not(ancestor-or-self::amount)</ds:XPath>"),
    (XPATH_FILTER_2, f'<f:XPath xmlns:f="{XPATH_FILTER_2}" Filter="subtract">//amount</f:XPath>'),
])  # fmt: skip
def test_an_expression_leaves_out_the_amount_of_a_file_beside(algorithm: str, expression: str) -> None:
    chosen = transform(algorithm, expression) + transform(C14N_EXCLUSIVE)
    digest = base64.b64encode(hashlib.sha256(b"<order><to>Bakery</to></order>").digest()).decode()
    data = signed(signature(reference("order.xml", 9, transforms=chosen).replace("@9@", digest)))
    forged = edoc.Document.from_bytes(b"<order><to>Bakery</to><amount>900</amount></order>", name="order.xml")
    report = verified(data, detached=[forged])
    assert report.signatures[0].intact is True
    assert (report.verdict, "PARTIAL_COVERAGE" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


@pytest.mark.parametrize("pointer", ["#m", "#xpointer(id('m'))"])
def test_a_manifest_is_judged_however_it_is_pointed_to(pointer: str) -> None:
    box = f'<ds:Object><ds:Manifest Id="m">{reference("#o1", 1)}</ds:Manifest></ds:Object>'
    good = signed(f"<doc>{ORDER}{signature(reference(pointer, 2, extra=_MANIFEST), objects=box)}</doc>")
    assert verified(good).verdict is edoc.Verdict.INTACT
    report = verified(good.replace(b"Bakery", b"Thief"))
    assert (report.verdict, "HASH_MISMATCH" in codes(report)) == (edoc.Verdict.FAILED, True)


@pytest.mark.parametrize("chained", [False, True])
def test_a_manifest_hides_no_missing_file(chained: bool) -> None:
    entry = reference("annex.txt", 9, transforms="").replace("@9@", "BBBB")
    boxes = f'<ds:Object><ds:Manifest Id="m">{entry}</ds:Manifest></ds:Object>'
    if chained:
        inner = reference("#m", 1, extra=_MANIFEST)
        boxes += f'<ds:Object><ds:Manifest Id="n">{inner}</ds:Manifest></ds:Object>'
    pointer = "#n" if chained else "#xpointer(id('m'))"
    report = verified(signed(signature(reference(pointer, 2), objects=boxes)))
    assert (report.verdict, "MANIFEST_ENTRY_MISSING" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


BEHIND = {
    "words": b"Pay the thief 900\n",
    "an_archive": b"PK\x05\x06" + bytes(18),
    "a_broken_block": b"-----BEGIN PKCS7-----\nMI!=\n-----END PKCS7-----\n",
    "a_block_of_another_kind": cades.pem(b"\x30\x00", "CERTIFICATE"),
}


@pytest.mark.parametrize("name", BEHIND)
def test_what_stands_behind_a_text_block_is_not_signed(name: str) -> None:
    good = cades.pem(cades.signed())
    assert cades.verify(b"\xef\xbb\xbf" + good + b"\r\n \n").verdict is edoc.Verdict.PASSED
    report = cades.verify(good + BEHIND[name])
    assert (report.verdict, "CMS_TRAILING_DATA" in cades.codes(report)) == (edoc.Verdict.FAILED, True)


def _beside(*files: bytes, encoded: bool) -> dict[str, object]:
    names = [f"part{number}" for number in range(len(files))]
    plain: dict[str, object] = {} if encoded else {"b64": False}
    detail = {"mId": "http://uri.etsi.org/19182/ObjectIdByURI", "pars": names}
    text = b64(json.dumps(header(sigD=detail, crit=["sigD", *plain], **plain)))
    payload = b"".join(b64(one).encode() if encoded else one for one in files)
    return {"protected": text, "signature": b64(value(f"{text}.".encode() + payload))}


@pytest.mark.parametrize("encoded", [False, True])
def test_a_piece_of_one_file_is_moved_into_another(encoded: bool) -> None:
    """The signature stands over all files one behind the other: it verifies, and tells no boundary."""
    made = _beside(b"I owe 100", b"000 is what Bob asked", encoded=encoded)
    moved = [b"I owe 100000", b" is what Bob asked"]
    documents = tuple(edoc.Document.from_bytes(data, name=f"part{place}") for place, data in enumerate(moved))
    report = ask(made, beside=documents)
    assert report.signatures[0].signature_value_valid is True
    assert (report.verdict, "JWS_SIGD_BOUNDARIES" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


def test_one_file_beside_has_no_boundary() -> None:
    report = ask(_beside(b"I owe 100", encoded=False), beside=(edoc.Document.from_bytes(b"I owe 100", name="part0"),))
    assert report.verdict is edoc.Verdict.PASSED


def _over(text: str, **changes: object) -> dict[str, object]:
    protected = b64(json.dumps(header(**changes)))
    return {"protected": protected, "signature": b64(value(f"{protected}.{text}".encode()))}


@pytest.mark.parametrize("said", ["false", 0, [], {}])
def test_whether_a_payload_is_encoded_is_true_or_false(said: object) -> None:
    text = b64("I owe 100")
    report = ask({"payload": text, **_over(text, b64=said, crit=["b64"])})
    assert (report.verdict, "JWS_B64_MALFORMED" in codes(report)) == (edoc.Verdict.FAILED, True)


def test_whether_a_payload_is_encoded_is_said_where_it_is_signed() -> None:
    text = b64("I owe 100")
    good = {"payload": text, **_over(text)}
    assert ask(good).verdict is edoc.Verdict.PASSED
    report = ask({**good, "header": {"b64": False}})
    assert (report.verdict, "JWS_B64_MALFORMED" in codes(report)) == (edoc.Verdict.FAILED, True)


def test_two_signatures_take_one_payload_for_two_things() -> None:
    text = b64("I owe 100")
    assert ask({"payload": text, "signatures": [_over(text), _over(text)]}).verdict is edoc.Verdict.PASSED
    report = ask({"payload": text, "signatures": [_over(text), _over(text, b64=False, crit=["b64"])]})
    assert (report.verdict, "JWS_B64_MIXED" in codes(report)) == (edoc.Verdict.FAILED, True)


@pytest.mark.parametrize("end", [b"", b"\\", b'"'])
def test_a_text_of_quotation_marks_that_never_ends(end: bytes) -> None:
    data = b'{"protected":"' + b'\\"' * 300_000 + end
    start = time.process_time()
    report = ask(data, policy="integrity")
    assert time.process_time() - start < _SECONDS
    assert report.verdict is edoc.Verdict.FAILED


@pytest.mark.parametrize("piece", [b"[],", b"0,"])
def test_a_json_document_of_millions_of_values(piece: bytes) -> None:
    data = b'{"payload":"","protected":"","signature":"","more":[' + piece * (9_000_000 // len(piece)) + b"0]}"
    start = time.process_time()
    report = ask(data, policy="integrity")
    assert time.process_time() - start < _SECONDS
    assert (report.verdict, "JSON_VALUES" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)


def test_an_xml_document_of_very_many_elements_costs_little_beside_its_tree() -> None:
    good = signed(f"<doc>{ORDER}{signature(reference('#o1'))}</doc>").replace(b"<doc>", b"<doc>" + b"<b/>" * 400_000)
    tracemalloc.start()
    try:
        report = verified(good)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (report.verdict, "PARTIAL_COVERAGE" in codes(report)) == (edoc.Verdict.INDETERMINATE, True)
    assert peak < 32 << 20, peak
