"""The signatures of a container: each file is read by the reader of its own format, over the members of the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from edoc.errors import InputError
from edoc.facts.findings import Finding, error, info, warning
from edoc.facts.signature import DocumentFacts, Reference, ScopeKind, SignatureFacts, SignatureFormat, TimestampKind
from edoc.formats.asic.errors import LIMIT, ZipError
from edoc.formats.asic.kinds import Container
from edoc.formats.asic.linked import Linked, Manifests
from edoc.formats.asic.members import Members, OneMember
from edoc.formats.asic.package import Package
from edoc.formats.asic.renumber import renumbered
from edoc.formats.asic.roles import Contents, Role, role_of
from edoc.formats.asic.time_mark import time_mark_findings
from edoc.formats.asic.zip import Entry
from edoc.formats.originals import Originals
from edoc.limits import Limits

_LEAST_WORK = 1 << 20
"""Octets canonicalised for one signature file at least, beside eight times its own: an honest one needs a tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature, the file that it stands in, and the names of the members that it covers."""

    facts: SignatureFacts
    file: str
    covered: frozenset[str]


class SignatureReader:
    """Reads the signature files of one container in stored order."""

    def __init__(self, package: Package, container: Container, *, members: Members, manifests: Manifests) -> None:
        self._package = package
        self._container = container
        self._members = members
        self._manifests = manifests
        self._count = 0
        self.findings: list[Finding] = []

    def read(self, contents: Contents) -> tuple[Signed, ...]:
        """Return every signature of the container."""
        found: list[Signed] = []
        entries = contents.of_role(Role.XADES, Role.CADES)
        left = self._package.limits.zip_member_bytes
        for entry in entries:
            left -= entry.size
            is_xml = role_of(entry.name) is Role.XADES
            try:
                self._package.read_small(entry)
                shared = self._share(entry, len(entries))
                found.extend(self._xades(entry, shared) if is_xml else self._cades(entry, contents))
            except (ZipError, InputError) as problem:
                make = warning if problem.code == LIMIT else error
                params = {key: value for key, value in problem.params.items() if key != "subject"}
                reason = make(problem.code, entry.name, **params)
                found.append(self._unread(entry, is_xml=is_xml, findings=(reason,)))
            if (self._count > self._package.limits.signatures or left < 0) and entry is not entries[-1]:
                self.findings.append(warning(LIMIT, self._package.document.name, what="signatures",
                                             limit=self._package.limits.signatures))  # fmt: skip
                break
        return tuple(found)

    def _share(self, entry: Entry, files: int) -> Limits:
        """Return the budgets of one file: many files may not cost many times what one may."""
        limits = self._package.limits
        share = max(limits.xml_work // files, _LEAST_WORK + 8 * entry.size)
        return replace(limits, xml_work=min(limits.xml_work, share)) if files > 1 else limits

    def _xades(self, entry: Entry, limits: Limits) -> Iterator[Signed]:
        from edoc.formats.xml.read import read_xml

        self._members.start()
        inner = read_xml(self._package.member(entry.name), originals=self._members, limits=limits)
        resolved = self._members.resolved
        for item in self._taken(inner, entry, is_xml=True):
            own = (*time_mark_findings(item), *_several_tokens(item))
            facts = replace(item, findings=(*item.findings, *own)) if own else item
            meant = {item.name: self._meant(item) for item in facts.references}
            covered = frozenset(
                name
                for item in facts.references
                if item.scope is not ScopeKind.PARTIAL
                and item.expected is not None
                and (name := meant[item.name]) is not None
                and name in resolved
            )
            yield Signed(facts=_named(facts, meant), file=entry.name, covered=covered)

    def _meant(self, item: Reference) -> str | None:
        """Return the file that a reference means; `#id` means a part of the signature file, whatever files are called."""
        return self._members.index.find(item.name) if item.name[:1] not in ("", "#") else None

    def _cades(self, entry: Entry, contents: Contents) -> Iterator[Signed]:
        from edoc.formats.cades.read import read_cms

        manifests = self._manifests.over(entry.name)
        name = manifests[0].manifest.name if manifests else self._only_data(contents)
        beside = OneMember(self._package, name) if name is not None else Originals()
        inner = read_cms(self._package.member(entry.name), originals=beside, limits=self._package.limits)
        covered = frozenset((name,)) if name is not None and not beside.unused else frozenset()
        for facts in self._taken(inner, entry, is_xml=False):
            own = _by_manifest(facts, manifests, no_manifest=name is None)
            listed = manifests[0].names if manifests and covered else frozenset()
            yield Signed(facts=own, file=entry.name, covered=covered | listed)

    def _only_data(self, contents: Contents) -> str | None:
        data = contents.names(Role.DATA)
        return data[0] if self._container is Container.ASIC_S and len(data) == 1 else None

    def _taken(self, inner: DocumentFacts, entry: Entry, *, is_xml: bool) -> Iterator[SignatureFacts]:
        """Take over what the inner reader found; a file that it could not read is one signature that cannot be read."""
        if not inner.signatures:
            yield self._unread(entry, is_xml=is_xml, findings=inner.findings).facts
            return
        self.findings.extend(inner.findings)
        container = self._container.value if self._container is not Container.OPEN_DOCUMENT else None
        offset = self._count
        self._count += len(inner.signatures)
        for item in inner.signatures:
            moved = renumbered(item, offset)
            if container is not None or not moved.name:
                moved = replace(moved, container=container, name=moved.name or entry.name)
            yield moved

    def _unread(self, entry: Entry, *, is_xml: bool, findings: Iterable[Finding]) -> Signed:
        self._count += 1
        own = f"S{self._count}"
        reasons = tuple(replace(item, subject=own) for item in findings)
        facts = SignatureFacts(
            id=own,
            name=entry.name,
            format=SignatureFormat.XADES if is_xml else SignatureFormat.CADES,
            container=self._container.value if self._container is not Container.OPEN_DOCUMENT else None,
            findings=(*reasons, error("ASIC_SIGNATURE_UNREADABLE", own, name=entry.name)),
            covers_whole_document=False,
        )
        return Signed(facts=facts, file=entry.name, covered=frozenset())


def _named(facts: SignatureFacts, meant: Mapping[str, str | None]) -> SignatureFacts:
    """Call references by the names of the files that they mean: people read names, not URIs."""
    if all(name is None or name == own for own, name in meant.items()):
        return facts
    return replace(
        facts,
        references=tuple(replace(item, name=meant[item.name] or item.name) for item in facts.references),
        claims=replace(
            facts.claims, media_types={meant.get(name) or name: kind for name, kind in facts.claims.media_types.items()}
        ),
    )


def _several_tokens(facts: SignatureFacts) -> Iterator[Finding]:
    """Yield where a signature time-stamp holds several tokens: a container's signature may not (EN 319 132-1 6.3)."""
    stamped = any(item.kind is TimestampKind.SIGNATURE for item in facts.timestamps)
    if stamped and facts.predicates.get("b", False) and not facts.predicates.get("t", False):
        yield warning("ASIC_TIMESTAMP_SEVERAL", facts.id)


def _by_manifest(facts: SignatureFacts, manifests: tuple[Linked, ...], *, no_manifest: bool) -> SignatureFacts:
    """Add what the manifest says: its files are signed through it (EN 319 162-1 4.4.3.2)."""
    findings = list(facts.findings)
    if no_manifest:
        findings.append(warning("ASIC_SIGNATURE_WITHOUT_MANIFEST", facts.id, name=facts.name))
    if len(manifests) > 1:
        names = ", ".join(item.manifest.name for item in manifests)
        findings.append(error("ASIC_MANIFEST_SEVERAL", facts.id, name=facts.name, names=names))
    references = facts.references
    for item in manifests[:1]:
        references = (*references, *item.references)
        findings.extend(manifest_findings(item, facts.id))
    return replace(facts, references=references, findings=tuple(findings))


def manifest_findings(linked: Linked, subject: str) -> Iterator[Finding]:
    """Yield what is odd about a manifest, and name each file that is gone or changed."""
    name = linked.manifest.name
    if linked.manifest.critical:
        yield warning("ASIC_MANIFEST_EXTENSION", subject, name=name)
    names = [item.name for item in linked.references]
    if len(set(names)) != len(names):
        yield warning("ASIC_MANIFEST_ENTRY_TWICE", subject, name=name)
    for item in linked.references:
        if item.digest_algorithm.startswith("unknown:"):
            yield warning("ASIC_MANIFEST_DIGEST", subject, name=item.name, algorithm=item.digest_algorithm[8:])
        elif item.intact is not True:
            code = "ASIC_FILE_MISSING" if item.actual is None and item.expected is not None else "ASIC_FILE_CHANGED"
            yield info(code, subject, name=item.name, manifest=name)
