"""The practice PKI in the words of certomancer, which issues the certificates and answers for them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib import import_module
from threading import Lock
from typing import cast

from asn1crypto.keys import PrivateKeyInfo, PublicKeyInfo
from certomancer.registry import ArchLabel, KeyLabel, PKIArchitecture
from certomancer.registry.keys import AsymKey, KeySets
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from edoc.lab.keys import KeyRing
from edoc.lab.members import AUTHORITIES, BY_LABEL, MEMBERS, RESPONDERS, Member, Role, day

ARCHITECTURE = "practice"
"""First part of every address of the services."""

_Config = dict[str, object]

# Registers the extensions that the certificates below are made of.
import_module("certomancer.default_plugins")


def build_architecture(*, at: datetime, base_url: str, keys: KeyRing) -> PKIArchitecture:
    """Return the architecture as of a time; `base_url` (no slash at its end) is where its services answer."""
    config: _Config = {
        "keyset": "keys",
        "entities": {member.entity_label: dict(member.name) for member in MEMBERS},
        "certs": {member.label: _certificate(member, at) for member in MEMBERS},
        "services": _services(),
    }
    # Certomancer takes keys from files; all that it asks of a set of them is what `_KeySet` offers.
    key_sets = cast("KeySets", {"keys": _KeySet(keys)})
    return PKIArchitecture.build_architecture(ArchLabel(ARCHITECTURE), config, key_sets, external_url_prefix=base_url)


def serial_number(member: Member, at: datetime) -> int:
    """Return the serial number: 16 octets that look random and are the same whenever the year is."""
    year = day(at, 0).year
    return int.from_bytes(hashlib.sha256(f"{member.label} {year}".encode()).digest()[:16], "big") >> 1 | 1 << 120


def _certificate(member: Member, at: datetime) -> _Config:
    issuer = BY_LABEL[member.issuer]
    config: _Config = {
        "subject": member.entity_label,
        "subject-key": member.key_label,
        "issuer": issuer.entity_label,
        "authority-key": issuer.key_label,
        "issuer-cert": issuer.label,
        "serial": serial_number(member, at),
        "validity": {"valid-from": day(at, member.begins).isoformat(), "valid-to": day(at, member.ends).isoformat()},
        "extensions": _extensions(member, issuer),
    }
    if member.fate is not None:
        since = day(at, member.fate_day).isoformat()
        config["revocation"] = {"revoked-since": since, "reason": member.fate.value}
    return config


def _extensions(member: Member, issuer: Member) -> list[_Config]:
    found: list[_Config] = []
    if member.role in (Role.ROOT, Role.AUTHORITY):
        limits: _Config = {"ca": True} if member.role is Role.ROOT else {"ca": True, "path_len_constraint": 0}
        found.append({"id": "basic_constraints", "critical": True, "value": limits})
    usage = {
        Role.ROOT: ["key_cert_sign", "crl_sign"],
        Role.AUTHORITY: ["key_cert_sign", "crl_sign"],
        Role.SIGNER: ["digital_signature", "non_repudiation"],
    }.get(member.role, ["digital_signature"])
    found.append({"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": usage}})
    purpose = {Role.TSA: "time_stamping", Role.OCSP: "ocsp_signing"}.get(member.role)
    if purpose is not None:
        found.append({"id": "extended_key_usage", "critical": member.role is Role.TSA, "value": [purpose]})
    if member.role is Role.OCSP:
        found.append({"id": "ocsp_no_check"})
    if member.role is not Role.ROOT:
        found.extend(_pointers(member, issuer))
    return found


def _pointers(member: Member, issuer: Member) -> list[_Config]:
    """Where the status of a certificate and the certificate of its issuer are to be found."""
    authority = issuer.entity_label
    lists = {"schema": "crl-dist-url", "params": {"crl-repo-names": [authority]}}
    found: list[_Config] = [{"id": "crl_distribution_points", "smart-value": lists}]
    parameters: _Config = {"ca-issuer-links": [{"repo": authority}]}
    if authority in RESPONDERS and member.role is not Role.OCSP:
        parameters["ocsp-responder-names"] = [authority]
    access = {"schema": "aia-urls", "params": parameters}
    found.append({"id": "authority_information_access", "smart-value": access})
    return found


def _services() -> _Config:
    lists = {
        label: {"for-issuer": label, "issuer-cert": label, "signing-key": label, "simulated-update-schedule": "P7D"}
        for label in AUTHORITIES
    }
    responders = {
        authority: {
            "for-issuer": authority, "issuer-cert": authority, "responder-cert": label, "signing-key": label,
        }
        for authority, label in RESPONDERS.items()
    }  # fmt: skip
    repositories = {label: {"for-issuer": label, "issuer-cert": label} for label in AUTHORITIES}
    return {"crl-repo": lists, "ocsp": responders, "cert-repo": repositories}


class _PracticeKey:
    """One key as certomancer looks at it."""

    def __init__(self, keys: KeyRing, label: str) -> None:
        key = keys.get(label)
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.private_key_info = PrivateKeyInfo.load(private)
        self.public_key_info = PublicKeyInfo.load(public)


class _KeySet:
    """The key ring in the place of certomancer's folder of key files."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._lock = Lock()
        self._loaded: dict[str, _PracticeKey] = {}

    def __getitem__(self, label: KeyLabel) -> _PracticeKey:
        with self._lock:
            found = self._loaded.get(str(label))
            if found is None:
                found = self._loaded[str(label)] = _PracticeKey(self._keys, str(label))
            return found

    def get_asym_key(self, label: KeyLabel) -> AsymKey:
        """Return both halves of a key."""
        key = self[label]
        return AsymKey(public=key.public_key_info, private=key.private_key_info)

    def get_private_key(self, label: KeyLabel) -> PrivateKeyInfo:
        """Return the private half."""
        return self[label].private_key_info

    def get_public_key(self, label: KeyLabel) -> PublicKeyInfo:
        """Return the public half."""
        return self[label].public_key_info
