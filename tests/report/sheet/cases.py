"""The documents whose sheets are kept: every kind of answer that a clerk gets, from the practice PKI."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import edoc
from edoc.api_sign import timestamp_document
from edoc.lab import tamper
from edoc.lab.demo import NEW_AMOUNT, OLD_AMOUNT, VERDICT_PAGE
from edoc.sign.timestamp import TimestampSource
from tests.sign.forms import fill, form
from tests.sign.practice import AT, Source, practice

RULING = Path(__file__).parents[3] / "examples" / "ruling.pdf"
EARLIER = datetime(2025, 12, 15, 9, 30, tzinfo=AT.tzinfo)
"""Before the certificate `revoked` was revoked."""


@cache
def ruling() -> bytes:
    return RULING.read_bytes()


def sign(data: object, name: str = "person", level: str = "B-B", **options: object) -> edoc.Document:
    pki = practice()
    settings: dict[str, object] = {"signing_time": AT - timedelta(hours=3), "trust": pki.trust}
    settings["validation_data"] = pki.validation_data()
    if level != "B-B":
        settings["tsa"] = Source(lambda digest, algorithm: pki.timestamp(digest, algorithm=algorithm, at=AT))
    given = {**settings, **options}
    return edoc.sign_document(data, pki.key(name), level=level, **given).document  # type: ignore[arg-type]


def octets(document: edoc.Document) -> bytes:
    return bytes(document.data[:])


def verify(document: object, name: str = "ruling.pdf", **options: object) -> edoc.Report:
    pki = practice()
    data = octets(document) if isinstance(document, edoc.Document) else document
    assert isinstance(data, bytes)
    settings: dict[str, object] = {"trust": pki.trust, "validation_data": pki.validation_data(), "validation_time": AT}
    given = {**settings, **options}
    return edoc.verify_document(edoc.Document.from_bytes(data, name=name), **given)  # type: ignore[arg-type]


@cache
def lasting() -> bytes:
    """The ruling signed for decades."""
    return octets(sign(ruling(), level="B-LTA"))


@cache
def plain() -> bytes:
    """The ruling signed without a time-stamp."""
    return octets(sign(ruling()))


def three() -> edoc.Report:
    data = octets(sign(plain(), "stamp", level="B-T", reason="Registered"))
    return verify(sign(data, "person-ec", level="B-LT"))


def changed_later() -> edoc.Report:
    return verify(tamper.change_amount(lasting(), page=VERDICT_PAGE, old=OLD_AMOUNT, new=NEW_AMOUNT))


def form_filled() -> edoc.Report:
    return verify(fill(octets(sign(form(), level="B-T")), "Amount", "2000"), "form.pdf")


def troubled(name: str) -> edoc.Report:
    return verify(sign(ruling(), name, allow_invalid_certificate=True))


def revoked_later() -> edoc.Report:
    pki = practice()
    stamps: TimestampSource = Source(
        lambda digest, algorithm: pki.timestamp(digest, algorithm=algorithm, at=EARLIER + timedelta(minutes=1))
    )
    given = {"tsa": stamps, "signing_time": EARLIER, "trust": None, "validation_data": ()}
    return verify(sign(ruling(), "revoked", level="B-T", allow_invalid_certificate=True, **given))


def claims() -> edoc.Report:
    text = edoc.Document.from_bytes(b"<Ruling xmlns='urn:example:court'><No>14050001</No></Ruling>", name="ruling.xml")
    roles = {"roles": ["قاضی دادگاه"], "location": "Tehran"}
    return verify(sign(text, format="xades", level="B-T", **roles), "ruling.xml")


def container() -> edoc.Report:
    files = [edoc.Document.from_bytes(name.encode(), name=name) for name in ("ruling.txt", "پیوست.txt", "plan.txt")]
    return verify(sign(files, "stamp", format="asic-e", level="B-LT"), "file.asice")


def without_original() -> edoc.Report:
    text = edoc.Document.from_bytes(b"The ruling.", name="ruling.txt")
    return verify(sign(text, format="cades", level="B-T"), "ruling.txt.p7s")


def jades() -> edoc.Report:
    text = edoc.Document.from_bytes(b'{"case": 14050001}', name="claim.json")
    return verify(sign(text, "person-ec", format="jades"), "claim.json")


def only_time() -> edoc.Report:
    pki = practice()
    stamped = timestamp_document(ruling(), tsa=pki)
    return verify(stamped.document)


CASES: dict[str, Callable[[], edoc.Report]] = {
    "passed-lasting": lambda: verify(lasting()),
    "passed-no-timestamp": lambda: verify(plain()),
    "passed-seal": lambda: verify(sign(ruling(), "stamp", level="B-T")),
    "failed-content": lambda: verify(tamper.flip_byte(plain(), page=1)),
    "failed-changed-later": changed_later,
    "undecided-form-filled": form_filled,
    "undecided-revoked": lambda: troubled("revoked"),
    "undecided-suspended": lambda: troubled("on-hold"),
    "undecided-expired": lambda: troubled("expired"),
    "undecided-no-status": lambda: verify(plain(), validation_data=[]),
    "undecided-foreign": lambda: verify(sign(ruling(), "impostor")),
    "undecided-no-original": without_original,
    "passed-timestamp-unused": lambda: verify(
        lasting(), trust=edoc.TrustStore.of([practice().certificate("root-a")], purposes=["signer", "revocation"])
    ),
    "passed-revoked-later": revoked_later,
    "unsigned": lambda: verify(ruling()),
    "unsigned-only-time": only_time,
    "several-signatures": three,
    "integrity": lambda: verify(plain(), policy="integrity", trust=None),
    "integrity-changed": lambda: verify(tamper.flip_byte(plain(), page=1), policy="integrity", trust=None),
    "xades-claims": claims,
    "asic-container": container,
    "jades": jades,
}


@cache
def report(name: str) -> edoc.Report:
    return CASES[name]()
