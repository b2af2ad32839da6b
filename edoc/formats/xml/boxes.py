"""Files put into one document beside their signature, each in an element that holds it and names it.

What is signed of such a box is the file itself; its name is signed because the identifier, to which the signed
reference points, is made of it.
"""

from __future__ import annotations

import hashlib
import re

from edoc.formats.xml.tree import Element

WRAPPER = "urn:edoc:documents"
"""The namespace of the element around files that stand beside their signature in one document."""
BOX = f"{{{WRAPPER}}}Document"


def box_id(name: str, number: int) -> str:
    """Return the identifier of the box of a file, `number` among the files of the document, from 1."""
    # Half characters, which some systems have in names, are refused where the name itself is written.
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"d-{digest}-{number}"


def boxed_name(element: Element) -> str | None:
    """Return the name of the file in a box, null for any other element and for a name that its identifier does not bind."""
    name, id = element.get("Name"), element.get("Id") or ""
    if element.tag != BOX or not name:
        return None
    number = _NUMBER.search(id)
    return name if number is not None and id == box_id(name, int(number.group())) else None


_NUMBER = re.compile(r"(?<=-)[1-9][0-9]{0,8}\Z")
