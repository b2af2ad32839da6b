"""What an attacker does to a JWS, each by its name in the list of attacks (JW-01 to JW-13), and the controls."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable

import pytest

import edoc
from tests.formats.jws.maker import CLAIM, ask, b64, flattened, header, practice, value

Made = dict[str, object] | str


def _none() -> Made:
    text = b64(json.dumps(header(alg="none")))
    return {"payload": b64(CLAIM), "protected": text, "signature": ""}


def _none_with_value() -> Made:
    return flattened(header(alg="nOnE"))


def _public_key_as_secret() -> Made:
    text, payload = b64(json.dumps(header(alg="HS256"))), b64(CLAIM)
    secret = practice().certificate("person-ec")
    return {
        "payload": payload, "protected": text,
        "signature": b64(hmac.digest(secret, f"{text}.{payload}".encode(), "sha256")),
    }  # fmt: skip


def _alg_outside() -> Made:
    return flattened(header(alg=None), header={"alg": "ES256"})


def _in_both_headers() -> Made:
    return flattened(header(), header={"iat": 1})


def _compact_raw() -> str:
    text = b64(json.dumps(header(b64=False, crit=["b64"])))
    return f"{text}.a.b.{b64(value(f'{text}.a.b'.encode()))}"


def _key_inside() -> Made:
    """The signer's certificate is another's; the key that verifies comes as `jwk`."""
    pki = practice()
    other = [base64.b64encode(pki.certificate("stamp")).decode()]
    return flattened(header(x5c=other, **{"x5t#S256": None}, jwk={"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}))


def _other_thumbprint() -> Made:
    return flattened(header(**{"x5t#S256": b64(bytes(32))}))


def _padded() -> Made:
    made = flattened(header())
    return {**made, "signature": f"{made['signature']}=="}


def _spare_bits() -> Made:
    made = flattened(header())
    text = str(made["signature"])
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return {**made, "signature": text[:-1] + letters[letters.index(text[-1]) ^ 1]}


def _newline() -> Made:
    made = flattened(header())
    text = str(made["payload"])
    return {**made, "payload": f"{text[:8]}\n{text[8:]}"}


def _der_value() -> Made:
    from tests.formats.jws.maker import ES256

    text, payload = b64(json.dumps(header())), b64(CLAIM)
    der = practice().key("person-ec").sign(f"{text}.{payload}".encode(), ES256)
    return {"payload": payload, "protected": text, "signature": b64(der)}


def _mixed() -> Made:
    made = flattened(header())
    return {**made, "signatures": [{"protected": made["protected"], "signature": made["signature"]}]}


def _one_bad_of_two() -> Made:
    good, bad = flattened(header()), flattened(header(), payload="other")
    keys = ("protected", "signature")
    return {"payload": good["payload"], "signatures": [{key: item[key] for key in keys} for item in (good, bad)]}


def _duplicate() -> str:
    text = json.dumps(flattened(header()))
    return text[:-1] + f', "payload": "{b64("other")}"}}'


def _duplicate_inside() -> Made:
    text = json.dumps(header())
    return flattened(text[:-1] + ', "iat": 1}')


def _with_counter(payload: str | None) -> Made:
    made = flattened(header())
    text = b64(json.dumps(header()))
    over = payload if payload is not None else str(made["signature"])
    counter = {"protected": text, "signature": b64(value(f"{text}.{over}".encode()))}
    if payload is not None:
        counter["payload"] = payload
    return {**made, "header": {"etsiU": [b64(json.dumps({"cSig": counter}))]}}


REFUSED: dict[str, tuple[Callable[[], Made], str]] = {
    "JW-01-none": (_none, "JWS_ALG_REFUSED"),
    "JW-01-none-in-another-case": (_none_with_value, "JWS_ALG_REFUSED"),
    "JW-02-public-key-as-secret": (_public_key_as_secret, "JWS_ALG_REFUSED"),
    "JW-03-alg-outside": (_alg_outside, "JWS_ALG_UNPROTECTED"),
    "JW-03-in-both-headers": (_in_both_headers, "JWS_PARAMETER_TWICE"),
    "JW-04-crit-unknown": (lambda: flattened(header(crit=["x"], x=1)), "JWS_CRIT_UNKNOWN"),
    "JW-04-crit-empty": (lambda: flattened(header(crit=[])), "JWS_CRIT_MALFORMED"),
    "JW-04-crit-doubled": (lambda: flattened(header(crit=["iat", "iat"])), "JWS_CRIT_MALFORMED"),
    "JW-04-crit-no-list": (lambda: flattened(header(crit="iat")), "JWS_CRIT_MALFORMED"),
    "JW-04-crit-of-the-standard": (lambda: flattened(header(crit=["alg"])), "JWS_CRIT_UNKNOWN"),
    "JW-04-crit-absent": (lambda: flattened(header(crit=["sigT"])), "JWS_CRIT_ABSENT"),
    "JW-04-crit-outside": (lambda: flattened(header(), header={"crit": ["x"], "x": 1}), "JWS_CRIT_UNPROTECTED"),
    "JW-05-b64-without-crit": (lambda: flattened(header(b64=False)), "JWS_CRIT_MISSING"),
    "JW-06-key-inside": (_key_inside, "SIGNATURE_VALUE_INVALID"),
    "JW-07-other-thumbprint": (_other_thumbprint, "CERT_REFERENCE_MISMATCH"),
    "JW-07-chain-malformed": (lambda: flattened(header(x5c=["AAAA"])), "JWS_X5C_MALFORMED"),
    "JW-08-padding": (_padded, "JWS_SIGNATURE_MALFORMED"),
    "JW-08-spare-bits": (_spare_bits, "JWS_SIGNATURE_MALFORMED"),
    "JW-08-newline": (_newline, "JWS_PAYLOAD_MALFORMED"),
    "JW-09-mixed-forms": (_mixed, "JWS_MIXED"),
    "JW-09-one-bad-of-two": (_one_bad_of_two, "SIGNATURE_VALUE_INVALID"),
    "JW-09-duplicate-member": (_duplicate, "JSON_DUPLICATE_MEMBER"),
    "JW-09-duplicate-in-header": (_duplicate_inside, "JSON_DUPLICATE_MEMBER"),
    "JW-10-payload-and-sigd": (
        lambda: flattened(header(sigD={"mId": "x", "pars": ["a"]}, crit=["sigD"])), "JWS_SIGD_WITH_PAYLOAD",
    ),
    "JW-13-der-value": (_der_value, "SIGNATURE_VALUE_INVALID"),
    "JW-13-zero-value": (lambda: {**flattened(header()), "signature": b64(bytes(64))}, "SIGNATURE_VALUE_INVALID"),
    "payload-changed": (lambda: {**flattened(header()), "payload": b64("other")}, "SIGNATURE_VALUE_INVALID"),
    "curve-of-another-name": (lambda: flattened(header(alg="ES384")), "JWS_ALG_CURVE"),
    "no-json-inside": (lambda: flattened("[1"), "JSON_MALFORMED"),
    "lone-surrogate": (lambda: flattened('{"alg":"\\ud800"}'), "JSON_ENCODING"),
    "nested-too-deep": (lambda: flattened("[" * 100 + "]" * 100), "JSON_DEPTH"),
    "endless-number": (lambda: flattened('{"iat":' + "1" * 5000 + "}"), "JSON_NUMBER"),
}  # fmt: skip


@pytest.mark.parametrize("policy", ["default", "integrity"])
@pytest.mark.parametrize("name", REFUSED)
def test_the_attack_is_refused(name: str, policy: str) -> None:
    make, code = REFUSED[name]
    report = ask(make(), policy=policy)
    assert report.verdict.value not in ("PASSED", "INTACT", "NO_SIGNATURE")
    found = [*report.findings, *(item for one in report.signatures for item in one.findings)]
    assert code in {item.code for item in found}, sorted(item.code for item in found)


@pytest.mark.parametrize("name", ["a dot in the payload", "cut off", "an octet that is no text", "text behind it", "header alone"])
def test_a_damaged_compact_signature_is_not_overlooked(name: str) -> None:
    whole = ".".join(str(flattened(header())[key]) for key in ("protected", "payload", "signature"))
    damaged = {
        "a dot in the payload": _compact_raw(),
        "cut off": whole[: whole.rindex(".")],
        "an octet that is no text": whole.replace(".", ".\x00", 1),
        "text behind it": f"{whole}\nsigned, the clerk",
        "header alone": whole.partition(".")[0],
    }
    report = ask(damaged[name])
    assert report.verdict is edoc.Verdict.FAILED
    assert "JWS_COMPACT_MALFORMED" in {item.code for one in (report, *report.signatures) for item in one.findings}


@pytest.mark.parametrize("head", ['{"alg":"RSA-OAEP","enc":"A128GCM"}', '{"kid":"1"}', "alg"])
def test_other_texts_are_no_signature(head: str) -> None:
    with pytest.raises(edoc.InputError) as error:
        ask(f"{b64(head)}.a.b.c.d")
    assert error.value.code == "UNSUPPORTED_TYPE"


CONTROLS: dict[str, Callable[[], Made]] = {
    "flattened": lambda: flattened(header()),
    "compact": lambda: ".".join(str(flattened(header())[key]) for key in ("protected", "payload", "signature")),
    "critical-iat": lambda: flattened(header(crit=["iat"])),
    "extra-member": lambda: flattened(header(), note="unsigned"),
    "b64-true": lambda: flattened(header(b64=True, crit=["b64"])),
    "countersigned": lambda: _with_counter(None),
    "wide-payload": lambda: flattened(header(), payload="سند" * 5000),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_the_control_passes(name: str) -> None:
    report = ask(CONTROLS[name]())
    assert report.verdict is edoc.Verdict.PASSED, report.to_json(lang="en")
    assert report.signatures[0].signed_data(0)


def test_a_signature_with_a_chain_and_no_reference_passes_with_a_reservation() -> None:
    """As tax authorities sign invoices: x5c, and a time that is critical."""
    made = flattened(header(**{"x5t#S256": None}, iat=None, sigT="2026-06-01T12:00:00Z", crit=["sigT"]))
    report = ask(made)
    assert report.verdict is edoc.Verdict.PASSED and report.reservations == ("CERT_REFERENCE_MISSING",)
    assert report.signatures[0].format == "JWS" and report.signatures[0].level == "JSON-NOT-ETSI"
    assert report.signatures[0].claimed_signing_time is not None


def test_a_broken_counter_signature_harms_nobody_but_itself() -> None:
    report = ask(_with_counter(b64("another value")))
    (signature,) = report.signatures
    assert report.verdict is edoc.Verdict.PASSED and signature.intact
    assert signature.counter_signatures[0].intact is False


def test_an_unreadable_unsigned_part_leaves_it_undecided() -> None:
    for broken in ("text", [], [1], [b64("{}")], ["***"], [b64('{"a":1,"b":2}')]):
        report = ask(flattened(header(), header={"etsiU": broken}))
        assert report.verdict is edoc.Verdict.INDETERMINATE and report.signatures[0].intact


@pytest.mark.parametrize("text", ["{}", '{"a": [1, 2]}', '{"payload": "x"}', '{"signatures": []}'])
def test_json_without_a_signature_has_none(text: str) -> None:
    assert ask(text).verdict is edoc.Verdict.NO_SIGNATURE


@pytest.mark.parametrize("text", ['{"protected": "x", ', '{"signatures": {{}}}', '{"payload": "x", "signature": "y"'])
def test_what_bears_the_marks_and_cannot_be_read_is_never_unsigned(text: str) -> None:
    report = ask(text)
    assert report.verdict is edoc.Verdict.FAILED and report.signatures[0].format == "JWS"


def test_broken_json_without_marks_is_an_error() -> None:
    with pytest.raises(edoc.InputError) as error:
        ask('{"a": ')
    assert error.value.code == "JSON_MALFORMED"
