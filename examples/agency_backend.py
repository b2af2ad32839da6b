"""An agency's back-end in three functions: issue, issue with a card elsewhere, accept what comes back.

Run it to see them at work with a practice PKI:  python examples/agency_backend.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import edoc

RULING = Path(__file__).resolve().parent / "ruling.pdf"


def issue(document: bytes, signer: edoc.Signer) -> bytes:
    """Sign a document that the back-end made; the signer is opened once and kept for the life of the process."""
    result = signer.sign(edoc.Document.from_bytes(document, name="ruling.pdf"))
    return bytes(result.document.data)


def issue_with_card(document: bytes, card: edoc.Key) -> bytes:
    """Sign in two steps: the back-end prepares and finishes, the private key is somewhere else.

    Here the card is an ordinary key; a real one sits in the clerk's reader, gets `draft.octets` over the
    network and sends its signature value back.
    """
    source = edoc.Document.from_bytes(document, name="ruling.pdf")
    draft = edoc.prepare_signature(source, certificates=[card.certificate, *card.chain])
    value = card.sign(draft.octets, draft.algorithm)  # on the clerk's side
    # A value of another key, or over other octets, is refused here and never reaches a reader.
    return bytes(edoc.finish_signature(draft, value).document.data)


def accept(upload: bytes, verifier: edoc.Verifier, *, signed_by: str) -> bytes:
    """Take in a document that a person handed over, and return the very octets that she signed.

    Raises `edoc.VerificationFailed` unless everything passed and the signer is `signed_by`: there is no
    other way to the octets, so a forgotten check cannot let a document through.
    """
    report = verifier.verify(edoc.Document.from_bytes(upload, name="upload.pdf"))
    signature = report.require_passed(signed_by=signed_by)
    return signature.signed_data(0)


def main() -> int:
    """Issue, accept, and see a tampered upload and a wrong signer refused."""
    from edoc.testing import PracticePki

    pki = PracticePki()
    verifier = edoc.Verifier(trust=pki.trust, validation_data=pki.validation_data())
    ruling = RULING.read_bytes()
    signed = issue(ruling, edoc.Signer(pki.key("person")))
    by_card = issue_with_card(ruling, pki.key("person-ec"))
    octets = accept(signed, verifier, signed_by=pki.PERSON)
    print(f"accepted: {len(octets)} signed octets of {pki.PERSON}")
    tampered = signed.replace(b"/Type/Pages", b"/Type/PageS", 1)
    for what, upload in (("tampered", tampered), ("signed by another", by_card), ("unsigned", ruling)):
        try:
            accept(upload, verifier, signed_by=pki.PERSON)
        except edoc.EdocError as problem:
            print(f"refused, {what}: {problem}")
        else:
            print(f"ACCEPTED, {what}: this must never be seen")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
