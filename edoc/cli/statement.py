"""The options of `edoc sign` that say what a signature states and how it is put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from edoc.cli.options import text_of, texts

if TYPE_CHECKING:
    from edoc.formats.writing import SignaturePolicy

F = TypeVar("F", bound=Callable[..., object])


class Stated(TypedDict):
    """Options of `edoc.Signer`."""

    format: str | None
    packaging: str | None
    countersign: str | None
    signature_policy: SignaturePolicy | None
    commitments: tuple[str, ...]
    roles: tuple[str, ...]
    content_timestamp: bool
    serialization: str | None
    payload_encoding: str | None
    inner: str | None
    parent: str | None
    elements: tuple[str, ...]
    media_types: dict[str, str]


_OPTIONS = (
    click.option(
        "--packaging", type=click.Choice(["enveloped", "enveloping", "detached", "internally-detached"]),
        help="Where the data stands: around the signature, inside it, or beside it.",
    ),
    click.option("--detached", metavar="FILE", multiple=True, help="The original of a detached signature to sign again."),
    click.option("--countersign", metavar="ID", help="Sign the signature of this id (see edoc show), not the data."),
    click.option("--role", "roles", metavar="TEXT", multiple=True, help="A role that the signer claims."),
    click.option(
        "--commitment", "commitments", metavar="NAME", multiple=True,
        help="What the signature means, such as proof-of-approval, or an object identifier.",
    ),
    click.option("--signature-policy", metavar="FILE", help="The document with the rules that the signature follows."),
    click.option("--signature-policy-id", metavar="ID", help="The identifier of those rules: an OID or a URI."),
    click.option("--content-timestamp", is_flag=True, help="Let the authority say first that the data exists."),
    click.option(
        "--serialization", type=click.Choice(["flattened", "general", "compact"]), help="How JAdES is written.",
    ),
    click.option(
        "--payload-encoding", type=click.Choice(["base64url", "none"]), help="How JAdES carries the data (RFC 7797).",
    ),
    click.option("--inner", type=click.Choice(["xades", "cades"]), help="What an ASiC container holds."),
    click.option(
        "--parent", metavar="PATH",
        help="The element of an XML file that the signature goes into: names from below the root, / between them.",
    ),
    click.option("--element", "elements", metavar="ID", multiple=True, help="Sign only the element of this Id of an XML file."),
    click.option(
        "--media-type", "media_types", metavar="[NAME=]TYPE", multiple=True,
        help="The media type to state of the file, or of the file of a name.",
    ),
)  # fmt: skip


def statement_options(command: F) -> F:
    """Give a command the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def statement_of(given: dict[str, object]) -> Stated:
    """Return what was given; raises `ConfigError` for one half of a signature policy, `InputError` for its file."""
    return Stated(
        format=text_of(given["kind"]),
        packaging=text_of(given["packaging"]),
        countersign=text_of(given["countersign"]),
        signature_policy=_policy(text_of(given["signature_policy"]), text_of(given["signature_policy_id"])),
        commitments=texts(given["commitments"]),
        roles=texts(given["roles"]),
        content_timestamp=bool(given["content_timestamp"]),
        serialization=text_of(given["serialization"]),
        payload_encoding=text_of(given["payload_encoding"]),
        inner=text_of(given["inner"]),
        parent=text_of(given["parent"]),
        elements=texts(given["elements"]),
        media_types=dict(map(_named_type, texts(given["media_types"]))),
    )


def _named_type(text: str) -> tuple[str, str]:
    """Return name and type; parameters of a type have signs of equality too, behind its slash."""
    name, sign, kind = text.partition("=")
    return (name, kind) if sign and "/" not in name else ("", text)


def _policy(file: str | None, id: str | None) -> SignaturePolicy | None:
    if file is None and id is None:
        return None
    from edoc.drivers.files import open_document
    from edoc.errors import ConfigError
    from edoc.formats.writing import SignaturePolicy

    if file is None or id is None:
        raise ConfigError("SIGNATURE_POLICY_HALF", subject=file or id or "-")
    return SignaturePolicy(id=id, digest_algorithm="sha256", digest=open_document(file).sha256())
