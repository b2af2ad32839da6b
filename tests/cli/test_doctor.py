"""`edoc doctor`: every fault of a set-up is named, nothing secret is shown, and nothing that is broken ends it."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edoc.drivers.configuration import VARIABLES
from edoc.drivers.doctor import examine
from edoc.drivers.doctor.order import Order
from edoc.drivers.doctor.system import fits
from edoc.errors import FetchError
from edoc.report.checkup import State, checkup_dict, render_checkup, worst
from tests.cli import scene as scenes
from tests.cli.conftest import ROOT, Run

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
SECRET = "kolb-39-only-for-tests"


def order(scene: Path, *, environment: dict[str, str] | None = None, **changed: object) -> Order:
    """A set-up of its own in the scene, with the anchors of the scene."""
    base: dict[str, object] = {
        "environment": {"XDG_CONFIG_HOME": str(scene / "config"), "XDG_CACHE_HOME": str(scene / "cache"), **(environment or {})},
        "now": NOW, "stream": io.StringIO(), "folder": str(scene), "trust": (str(scene / "anchors"),),
    }  # fmt: skip
    return Order(**{**base, **changed})  # type: ignore[arg-type]


def codes(found: Order) -> set[str]:
    return {check.code for check in examine(found) if check.code is not None} - {"EXTRA_MISSING"}


def test_a_sound_set_up_is_in_order(scene: Path, run: Run) -> None:
    assert codes(order(scene)) == set()
    ran = run("doctor", "--trust", "anchors")
    assert (ran.exit, ran.err) == (0, "")
    told = run("doctor", "--trust", "anchors", "--format", "json").json
    assert told["schema"] == "edoc/doctor/1"
    for lang in ("en", "fa"):
        assert run("doctor", "--trust", "anchors", "--lang", lang).exit == 0


def test_something_wrong_is_exit_code_2(run: Run) -> None:
    ran = run("doctor", "--trust", "missing")
    assert ran.exit == 2
    assert "TRUST_PATH_MISSING" in ran.out
    assert run("doctor", "--trust", "missing", "--format", "json").json["state"] == "wrong"


def _empty_trust(scene: Path) -> Order:
    (scene / "none").mkdir()
    return order(scene, trust=(str(scene / "none"),))


def _person_as_anchor(scene: Path) -> Order:
    return order(scene, trust=(str(scene / "chain.pem"),))


def _garbage_as_anchor(scene: Path) -> Order:
    (scene / "anchors" / "readme.txt").write_text("hello")
    return order(scene)


def _anchor_twice(scene: Path) -> Order:
    (scene / "anchors" / "tsa").mkdir()
    (scene / "anchors" / "tsa" / "again.pem").write_bytes(scenes.pem(scenes.root()))
    return order(scene)


def _stray_trust_folder(scene: Path) -> Order:
    (scene / "anchors" / "signers").mkdir()
    return order(scene)


def _open_trust_folder(scene: Path) -> Order:
    (scene / "anchors").chmod(0o777)
    return order(scene)


def _weak_anchor(scene: Path) -> Order:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Weak Root")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=999))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    (scene / "anchors" / "weak.pem").write_bytes(scenes.pem(certificate))
    return order(scene)


def _no_trust(scene: Path) -> Order:
    return order(scene, trust=())


def _config_is_a_file(scene: Path) -> Order:
    (scene / "config").mkdir()
    (scene / "config" / "edoc").write_text("")
    return order(scene)


def _config_with_strays(scene: Path) -> Order:
    (scene / "config" / "edoc" / "trust").mkdir(parents=True)
    (scene / "config" / "edoc" / "edoc.toml").write_text("")
    return order(scene)


def _config_open_to_all(scene: Path) -> Order:
    (scene / "config" / "edoc").mkdir(parents=True)
    (scene / "config" / "edoc").chmod(0o777)
    return order(scene)


def _cache_is_a_file(scene: Path) -> Order:
    (scene / "cache" / "edoc").mkdir(parents=True)
    (scene / "cache" / "edoc" / "net").write_text("")
    return order(scene)


def _cache_from_the_future(scene: Path) -> Order:
    folder = scene / "cache" / "edoc" / "net"
    folder.mkdir(parents=True)
    der = x509.load_pem_x509_crl(scenes.revocation_list(scenes.root(), "root")).public_bytes(scenes.Encoding.DER)
    head = json.dumps({"v": 1, "kind": "crl", "sha256": "-", "until": 0}).encode()
    (folder / "a.answer").write_bytes(head + b"\n" + der)
    (folder / "b.answer").write_bytes(b"garbage")
    (folder / "c.answer").write_bytes(b'{"kind": "ocsp"}\n\x30\x03')
    return order(scene, now=datetime(2026, 5, 30, tzinfo=UTC))


def _no_output_folder(scene: Path) -> Order:
    return order(scene, folder=str(scene / "nowhere"))


def _key_of_nobody(scene: Path) -> Order:
    return order(scene, key=f"file:{scene / 'missing.pem'}")


def _key_with_another_scheme(scene: Path) -> Order:
    return order(scene, key="smoke:signal")


def _key_with_a_wrong_secret(scene: Path) -> Order:
    return order(scene, key=f"pkcs12:{scene / 'clerk.p12'}", secret=lambda prompt: SECRET)


def _readable_key(scene: Path) -> Order:
    (scene / "key.pem").chmod(0o644)
    return order(scene, key=f"file:{scene / 'key.pem'}", certificates=(str(scene / "chain.pem"),))


def _key_too_late(scene: Path) -> Order:
    (scene / "key.pem").chmod(0o600)
    late = datetime(2040, 1, 1, tzinfo=UTC)
    return order(scene, key=f"file:{scene / 'key.pem'}", certificates=(str(scene / "chain.pem"),), now=late)


def _key_without_chain(scene: Path) -> Order:
    (scene / "key.pem").chmod(0o600)
    (scene / "alone.pem").write_bytes(scenes.pem(scenes.signer()))
    return order(scene, key=f"file:{scene / 'key.pem'}", certificates=(str(scene / "alone.pem"),))


def _authority_not_asked(scene: Path) -> Order:
    return order(scene, tsa=(f"http://user:{SECRET}@tsa.example/x?{SECRET}",))


def _policy_with_a_typo(scene: Path) -> Order:
    (scene / "own.toml").write_text("nonsense = [")
    return order(scene, policies=(str(scene / "own.toml"),))


def _policy_unknown(scene: Path) -> Order:
    return order(scene, policies=("strict",))


def _policy_not_text(scene: Path) -> Order:
    (scene / "own.toml").write_bytes(b"\xff\xfe")
    return order(scene, policies=(str(scene / "own.toml"), str(scene / "missing.toml")))


FAULTS: list[tuple[Callable[[Path], Order], set[str], State]] = [
    (_empty_trust, {"TRUST_PATH_MISSING"}, State.WRONG),
    (_person_as_anchor, {"TRUST_END_ENTITY"}, State.WRONG),
    (_garbage_as_anchor, {"TRUST_FILE_UNREADABLE"}, State.WRONG),
    (_anchor_twice, {"ANCHOR_TWICE"}, State.LOOK),
    (_stray_trust_folder, {"TRUST_FOLDER_UNUSED"}, State.LOOK),
    (_open_trust_folder, {"PLACE_WRITABLE_BY_ALL"}, State.WRONG),
    (_weak_anchor, {"ANCHOR_WEAK"}, State.LOOK),
    (_no_trust, {"TRUST_NOT_SET_UP"}, State.LOOK),
    (_config_is_a_file, {"CONFIGURATION_NO_FOLDER"}, State.WRONG),
    (_config_with_strays, {"CONFIGURATION_UNUSED"}, State.LOOK),
    (_config_open_to_all, {"PLACE_WRITABLE_BY_ALL"}, State.WRONG),
    (_cache_is_a_file, {"CACHE_UNUSABLE"}, State.LOOK),
    (_cache_from_the_future, {"CLOCK_BEHIND_CACHE"}, State.WRONG),
    (_no_output_folder, {"OUTPUT_FOLDER_NONE"}, State.WRONG),
    (_key_of_nobody, {"KEY_NOT_FOUND"}, State.WRONG),
    (_key_with_another_scheme, {"KEY_URI_SCHEME"}, State.WRONG),
    (_key_with_a_wrong_secret, {"KEY_SECRET_WRONG", "KEY_FILE_READABLE"}, State.WRONG),
    (_readable_key, {"KEY_FILE_READABLE"}, State.LOOK),
    (_key_too_late, {"KEY_CERTIFICATE_EXPIRED", "ANCHOR_EXPIRED"}, State.WRONG),
    (_key_without_chain, {"KEY_CHAIN_SHORT"}, State.LOOK),
    (_authority_not_asked, {"TSA_NOT_ASKED"}, State.LOOK),
    (_policy_with_a_typo, {"POLICY_MALFORMED"}, State.WRONG),
    (_policy_unknown, {"POLICY_UNKNOWN"}, State.WRONG),
    (_policy_not_text, {"SYSTEM_REFUSED"}, State.WRONG),
]


@pytest.mark.parametrize(("fault", "expected", "state"), FAULTS, ids=[row[0].__name__.strip("_") for row in FAULTS])
def test_a_fault_is_named(scene: Path, fault: Callable[[Path], Order], expected: set[str], state: State) -> None:
    found = fault(scene)
    checks = examine(found)
    assert {check.code for check in checks if check.code} - {"EXTRA_MISSING"} == expected
    assert worst([check for check in checks if check.code != "EXTRA_MISSING"]) is state
    for lang in ("en", "fa"):
        told = render_checkup(checks, lang=lang) + json.dumps(checkup_dict(checks, lang=lang))
        assert SECRET not in told
        assert all(code in told for code in expected)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"EDOC_LNAG": "fa"}, {"VARIABLE_UNKNOWN"}),
        ({"edoc_lang": "fa"}, {"VARIABLE_UNKNOWN"}),
        ({"EDOC_LANG": "de"}, {"VARIABLE_VALUE"}),
        ({"EDOC_LANG": "fa", "EDOC_DIRECTION": "visual"}, set()),
        ({"EDOC_PIN": SECRET}, {"SECRET_IN_VARIABLE"}),
        ({"EDOC_PASSWORD": SECRET}, {"SECRET_IN_VARIABLE"}),
        ({"XDG_CONFIG_HOME": "config"}, {"VARIABLE_RELATIVE"}),
        ({"EDOC_X\u202e": "\x1b[2J\n"}, {"VARIABLE_UNKNOWN"}),
    ],
)
def test_variables(scene: Path, environment: dict[str, str], expected: set[str]) -> None:
    found = order(scene, environment={"HOME": str(scene), **environment})
    assert codes(found) == expected
    told = render_checkup(examine(found), lang="fa")
    assert SECRET not in told
    assert "\x1b" not in told


def test_every_variable_that_is_read_is_known() -> None:
    import re

    named = {
        word
        for path in (ROOT / "edoc").rglob("*.py")
        for word in re.findall(r"[\"'](EDOC_[A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert named == set(VARIABLES)


def test_a_key_is_opened_and_tried(scene: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (scene / "clerk.p12").chmod(0o600)
    monkeypatch.setenv("EDOC_PIN", scenes.PASSPHRASE)
    ran = run("doctor", "--trust", "anchors", "--key", "pkcs12:clerk.p12")
    assert ran.exit == 0
    assert scenes.SIGNER_NAME in ran.out
    assert scenes.PASSPHRASE not in ran.out + ran.err
    monkeypatch.setattr("edoc.keys.key.Key.sign", lambda *args: b"no signature")
    ran = run("doctor", "--trust", "anchors", "--key", "pkcs12:clerk.p12")
    assert ran.exit == 2
    assert "KEY_TRIAL_FAILED" in ran.out


def test_an_authority_is_asked_once_and_only_when_allowed(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    class Stamp:
        gen_time = NOW + timedelta(hours=1)
        certificate = scenes.Key.open(f"file:{scene / 'key.pem'}", certificates=[scene / "chain.pem"]).certificate
        url = "http://tsa.example/"

    def stamp(self: object, digest: bytes, *, algorithm: str = "sha256") -> Stamp:
        asked.append(digest)
        return Stamp()

    monkeypatch.setattr("edoc.net.tsa.TimeStampClient.stamp", stamp)
    assert codes(order(scene, tsa=("http://tsa.example/",))) == {"TSA_NOT_ASKED"}
    assert asked == []
    assert codes(order(scene, tsa=("http://tsa.example/",), online=True)) == {"CLOCK_OFF"}
    assert len(asked) == 1

    def fails(self: object, digest: bytes, *, algorithm: str = "sha256") -> Stamp:
        raise FetchError("FETCH_TIMEOUT", subject="http://tsa.example/")

    monkeypatch.setattr("edoc.net.tsa.TimeStampClient.stamp", fails)
    assert codes(order(scene, tsa=("http://tsa.example/", "ftp://x"), online=True)) == {"FETCH_TIMEOUT", "TSA_URL_UNUSABLE"}


def test_what_is_missing_of_python(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    real = metadata.version
    monkeypatch.setattr("edoc.drivers.doctor.system._version", lambda name: None if name == "lxml" else real(name))
    assert codes(order(scene)) == {"LIBRARY_MISSING"}
    monkeypatch.setattr("edoc.drivers.doctor.system._version", lambda name: "1.0" if name == "click" else real(name))
    assert codes(order(scene)) == {"LIBRARY_OTHER_VERSION"}
    monkeypatch.setattr("edoc.drivers.doctor.system._version", real)

    def broken(name: str) -> object:
        raise (RuntimeError if name == "lxml" else ImportError)(name)

    monkeypatch.setattr("edoc.drivers.doctor.system.import_module", broken)
    checks = examine(order(scene))
    assert {"LIBRARY_MISSING", "EXTRA_MISSING"} <= {check.code for check in checks}


def test_a_library_without_time_zones_and_another_python(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> object:
        raise OSError(name)

    monkeypatch.setattr("edoc.drivers.doctor.system.ZoneInfo", unknown)
    monkeypatch.setattr("sys.version_info", (3, 19, 0))
    assert codes(order(scene)) == {"TIME_ZONE_MISSING", "PYTHON_UNTRIED"}


def test_a_check_that_breaks_does_not_hide_the_others(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(examine(order(scene)))

    def broken(*given: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("edoc.drivers.doctor.places.disk_usage", broken)
    checks = examine(order(scene))
    assert len(checks) == whole
    assert {check.code for check in checks} >= {"DOCTOR_CHECK_FAILED"}

    def refused(*given: object) -> object:
        raise PermissionError(13, "Permission denied", "/x")

    monkeypatch.setattr("edoc.drivers.doctor.places.disk_usage", refused)
    assert codes(order(scene)) == {"SYSTEM_REFUSED"}


def test_little_room_and_a_terminal_without_unicode(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(io.StringIO):
        encoding = "iso8859-1"

        def isatty(self) -> bool:
            return True

    class Usage:
        free = 1000

    monkeypatch.setattr("edoc.drivers.doctor.places.disk_usage", lambda folder: Usage)
    assert codes(order(scene, stream=Old())) == {"DISK_NEARLY_FULL", "TERMINAL_NOT_UNICODE"}


def test_nothing_is_left_behind(scene: Path) -> None:
    before = sorted(scene.rglob("*"))
    modes = [stat.S_IMODE(os.stat(path).st_mode) for path in before]
    examine(order(scene, key=f"file:{scene / 'key.pem'}", certificates=(str(scene / "chain.pem"),)))
    assert sorted(scene.rglob("*")) == before
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in before] == modes


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("50.0.2", ">=48,<51", True), ("51.0", ">=48,<51", False), ("47.9", ">=48,<51", False), ("8.1", ">=8.1", True),
        ("8.1.0", "<=8.1", True), ("8.1.1rc1", ">8.1", True), ("1", "==1.0", True), ("", ">=1", False), ("2", "", True),
        ("2", "~=1", True),
    ],
)  # fmt: skip
def test_versions(version: str, wanted: str, expected: bool) -> None:
    assert fits(version, wanted) is expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), name=st.text(max_size=20), value=st.text(max_size=40))
def test_whatever_lies_there(scene: Path, data: bytes, name: str, value: str) -> None:
    (scene / "anchors" / "any.pem").write_bytes(data)
    folder = scene / "cache" / "edoc" / "net"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.answer").write_bytes(data)
    found = examine(order(scene, environment={f"EDOC_{name}": value, "COLUMNS": value}, key=value))
    assert "DOCTOR_CHECK_FAILED" not in {check.code for check in found}
    assert render_checkup(found, lang="fa")
