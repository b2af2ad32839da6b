"""Path shapes that stand in the field: who certifies whom, who is trusted, who answers for whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.interop.dss.pki import (
    BEGIN,
    CA_ENDS,
    LISTED,
    RENEWED,
    SIGNED,
    Fates,
    Party,
    Plan,
    Role,
    make,
    ocsp_response,
    other_key,
    revocation_list,
)


@dataclass(frozen=True)
class Members:
    """How the members differ from plain ones."""

    signer: Plan = field(default_factory=Plan)
    tsa: Plan = field(default_factory=lambda: Plan(kind="rsa"))
    issuing: Plan = field(default_factory=Plan)
    responder: Plan = field(default_factory=Plan)


@dataclass(frozen=True)
class Scene:
    """A hierarchy with one signer and one time-stamping authority."""

    anchors: tuple[Party, ...]
    signer: Party
    tsa: Party
    authorities: tuple[Party, ...]
    """Who issue revocation lists."""
    responders: Mapping[Party, Party]
    """Authority to its OCSP responder, which may be itself."""
    renewing: Party
    """Another time-stamping authority, of later years."""
    extra: tuple[Party, ...] = ()
    """Certificates that are handed over and stand in no signature."""

    @property
    def issuing(self) -> Party:
        assert self.signer.issuer is not None
        return self.signer.issuer


@dataclass(frozen=True)
class Material:
    """What a verification needs beside the document (DER)."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()


def material(
    scene: Scene, style: str, fates: Fates, *, at: datetime = LISTED, life: timedelta = timedelta(days=7), forged: bool = False
) -> Material:
    """Return the status of every certificate of a scene as of a time.

    `style` is `crl`, or `ocsp` where a responder answers instead of the lists of its authority; `forged` has
    everything signed by a key that is not its issuer's.
    """
    answered = scene.responders if style.startswith("ocsp") else {}
    key = other_key() if forged else None
    crls = tuple(
        revocation_list(item, fates, at=at, life=life, key=key) for item in scene.authorities if item not in answered
    )
    asked = [item for item in _certificates(scene) if item.issuer in answered and item.certificate.not_valid_before_utc < at]
    ocsps = tuple(ocsp_response(item, answered[item.issuer], fates, at=at, life=life, key=key) for item in asked)  # type: ignore[index]
    return Material(crls=crls, ocsps=ocsps, certificates=tuple(item.der for item in scene.extra))


def _certificates(scene: Scene) -> list[Party]:
    above = [*scene.signer.chain, *scene.tsa.chain]
    return list(dict.fromkeys([scene.signer, scene.tsa, scene.renewing, *above]))


def _scene(
    issuing: Party,
    members: Members,
    *,
    anchors: tuple[Party, ...],
    authorities: tuple[Party, ...],
    responders: Mapping[Party, Party] | None = None,
    extra: tuple[Party, ...] = (),
) -> Scene:
    """Put signer, time-stampers and responder under an authority."""
    name = issuing.name
    responder = make(f"Answers of {name}", Role.RESPONDER, issuing, plan=members.responder)
    later = replace(members.tsa, begin=RENEWED - timedelta(days=100), end=CA_ENDS)
    return Scene(
        anchors=anchors,
        signer=make(f"Signer of {name}", Role.SIGNER, issuing, plan=members.signer),
        tsa=make(f"Time-stamps of {name}", Role.TSA, issuing, plan=members.tsa),
        renewing=make(f"Later time-stamps of {name}", Role.TSA, issuing, plan=later),
        authorities=authorities,
        responders={issuing: responder} if responders is None else responders,
        extra=extra,
    )


def _direct(members: Members) -> Scene:
    root = make("Lone root", Role.CA)
    return _scene(root, members, anchors=(root,), authorities=(root,))


def _issuing(members: Members, *, root_plan: Plan | None = None) -> Scene:
    root = make("Root", Role.CA, plan=root_plan)
    issuing = make("Issuing", Role.CA, root, plan=members.issuing)
    return _scene(issuing, members, anchors=(root,), authorities=(root, issuing))


def _self_answering(members: Members) -> Scene:
    """The authorities sign OCSP responses themselves, the root too."""
    scene = _issuing(members)
    root = scene.anchors[0]
    return replace(scene, responders={root: root, scene.issuing: scene.issuing})


def _long(members: Members) -> Scene:
    root = make("Far root", Role.CA, plan=Plan(kind="p384"))
    policy = make("Policy", Role.CA, root, plan=Plan(path_length=1))
    issuing = make("Issuing below", Role.CA, policy, plan=members.issuing)
    return _scene(issuing, members, anchors=(root,), authorities=(root, policy, issuing))


def _recertified(members: Members, *, end: datetime | None = None) -> Scene:
    """One key under two certificates: the old one is in the document, both are good."""
    root = make("Old root", Role.CA, plan=Plan(begin=_BEFORE))
    old = make("Renewed", Role.CA, root, plan=replace(members.issuing, begin=_BEFORE, end=end))
    new = make("Renewed", Role.CA, root, plan=members.issuing)
    return _scene(old, members, anchors=(root,), authorities=(root, old), extra=(new,))


_BEFORE = BEGIN - timedelta(days=1000)


def _renewed(members: Members) -> Scene:
    """As before, and the certificate in the document expired before the signature: the new one carries it."""
    return _recertified(members, end=SIGNED - timedelta(days=30))


def _crossed(members: Members) -> Scene:
    """The document shows the path to a root that nobody here trusts; another root certified the same key."""
    unknown, known = make("Unknown root", Role.CA), make("Known root", Role.CA)
    shown = make("Crossed", Role.CA, unknown)
    crossed = make("Crossed", Role.CA, known, plan=members.issuing)
    return _scene(shown, members, anchors=(known,), authorities=(known, shown), extra=(crossed,))


def _anchored(members: Members) -> Scene:
    """The issuing authority itself is trusted, the root above it is not."""
    scene = _issuing(members)
    return replace(scene, anchors=(scene.issuing,), authorities=(scene.issuing,))


def _weakly_rooted(members: Members) -> Scene:
    """The root signed itself with SHA-1: nobody relies on that signature."""
    return _issuing(members, root_plan=Plan(kind="rsa", sha1=True))


def _namesakes(members: Members) -> Scene:
    """Two roots of one name, of which one signed."""
    scene = _issuing(members)
    namesake = make("Root again", Role.CA, plan=Plan(common_name="Root", kind="p384"))
    return replace(scene, anchors=(namesake, *scene.anchors))


def _of_rsa(members: Members) -> Scene:
    return _issuing(members, root_plan=Plan(kind="rsa"))


PATHS: dict[str, Callable[[Members], Scene]] = {
    "direct": _direct,
    "issuing": _issuing,
    "long": _long,
    "recertified": _recertified,
    "renewed": _renewed,
    "crossed": _crossed,
    "anchored": _anchored,
    "sha1-root": _weakly_rooted,
    "namesakes": _namesakes,
    "rsa-root": _of_rsa,
    "self-answering": _self_answering,
}
