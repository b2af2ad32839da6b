"""Which field the documents of a batch are signed in, and what opens them."""

from __future__ import annotations

from dataclasses import dataclass, field

from edoc.sign.request import NOWHERE, FieldPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The options of `Signer.sign` that are the same for every document, in a form that travels to a worker."""

    name: str | None = None
    at: FieldPlace = NOWHERE
    password: str | None = field(default=None, repr=False)
