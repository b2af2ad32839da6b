"""The seed files of PDF: signed documents of every shape and level that edoc, or our own builder, makes."""

from __future__ import annotations

import io

import pikepdf

from tests.attacks import people
from tests.formats.pdf import build
from tests.formats.pdf.build import AMOUNT, FONT, FORM, PAGE, PAGES, ROOT, form_xobject
from tests.sign import shapes


def make_seeds() -> dict[str, bytes]:
    """Return the seed files by name; each is INTACT."""
    plain = build.document().data
    pki = people.pki()
    material = {"trust": pki.trust, "validation_data": pki.validation_data(), "tsa": pki}
    once = people.signed(plain)
    locked = b"/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(amount)]/V/1.2>>>>]"
    one = build.signed()
    twin = _with_a_hidden_twin()
    filled = one.update({AMOUNT: build.amount(b"250", one.size), one.size: form_xobject(b"250")})
    return {
        "b-b.pdf": once,
        "b-lt.pdf": people.signed(plain, level="B-LT", **material),
        "b-lta.pdf": people.signed(plain, level="B-LTA", **material),
        "three-signatures.pdf": people.signed(people.signed(once, "person-ed"), "stamp"),
        "certified-1.pdf": build.signed(certify=1).data,
        "certified-2.pdf": build.signed(certify=2).sign("Signature2").data,
        "certified-3.pdf": build.signed(certify=3).data,
        "locked.pdf": build.document().sign(entries=locked).data,
        "encrypted.pdf": _encrypted(),
        "object-streams.pdf": people.signed(build.compressed(build.practice_objects(), (ROOT, PAGES, FONT, FORM)).data),
        "section-streams.pdf": people.signed(people.signed(build.document(xref_stream=True).data), "person-ed"),
        "hybrid.pdf": people.signed(shapes.hybrid()),
        "linearised.pdf": people.signed(shapes.linearised()),
        "tagged.pdf": people.signed(people.signed(_tagged()), "person-ed"),
        "hidden-twin.pdf": twin.data,
        "hidden-twin-and-store.pdf": twin.update({
            ROOT: twin.objects[ROOT][:-2] + b"/DSS<</Certs[%d 0 R]>>>>" % twin.size, twin.size: build.stream(b"certificate"),
        }).data,
        "filled.pdf": filled.data,
        "filled-and-signed.pdf": filled.sign("Signature2").data,
        "store.pdf": one.update({
            ROOT: one.objects[ROOT][:-2] + b"/DSS<</Certs[%d 0 R]>>>>" % one.size, one.size: build.stream(b"certificate"),
        }).data,
    }


def _with_a_hidden_twin() -> build.File:
    """Among the signed octets stands a second content, and a section that lists it; nothing leads to them.

    A reader that repairs the file after an update which it does not like would find it.
    """
    first = build.document()
    content = b"4 0 obj\n" + build.stream(b"BT /F1 12 Tf 72 700 Td (Pay 999) Tj ET") + b"\nendobj\n"
    row = b"\x01" + len(first.data).to_bytes(4, "big")
    section = build.stream(row, b"/Type/XRef/W[1 4 0]/Index[4 1]/Size 31/Root 1 0 R")
    return first.update({}, junk=content + b"30 0 obj\n" + section + b"\nendobj\n").sign()


def _encrypted() -> bytes:
    """A file that opens without a password; its strings and streams are encrypted all the same."""
    from tests.formats.pdf.test_encrypted import signed

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(build.document().data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="", owner="court", R=6))
    return signed(out.getvalue(), "")


def _tagged() -> bytes:
    objects = build.practice_objects()
    objects[ROOT] = objects[ROOT][:-2] + b"/StructTreeRoot 20 0 R/MarkInfo<</Marked true>>>>"
    objects[20] = b"<</Type/StructTreeRoot/K[21 0 R]/ParentTree 22 0 R/ParentTreeNextKey 1>>"
    objects[21] = b"<</Type/StructElem/S/P/P 20 0 R/Pg 3 0 R/K 0/ActualText(Pay 100)>>"
    objects[22] = b"<</Nums[0[21 0 R]]>>"
    objects[PAGE] = objects[PAGE][:-2] + b"/StructParents 0/Tabs/S>>"
    objects[build.CONTENT] = build.stream(b"/P <</MCID 0>> BDC " + build.CONTENT_TEXT + b" EMC")
    return build.document(objects).data
