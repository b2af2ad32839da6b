"""The tour: a ruling is signed for decades, verified offline, tampered with, and every tampering is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TypedDict, Unpack
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from edoc.api import Verifier
from edoc.api_sign import sign_document
from edoc.errors import ConfigError
from edoc.facts.document import Document
from edoc.keys import Key
from edoc.lab import tamper
from edoc.lab.aged import aged_document
from edoc.lab.folder import ANCHORS, KEYS, LISTS, write_folder
from edoc.lab.keys import KeyRing
from edoc.lab.members import PASSPHRASE
from edoc.lab.page_text import read_page
from edoc.lab.server import LabServer, open_server
from edoc.net.policy import FetchPolicy
from edoc.report.model import Report
from edoc.report.speech import speech
from edoc.report.summary import leading, signer_name
from edoc.result.enums import Verdict
from edoc.trust import TrustStore

RULING = "ruling.pdf"
OLD_AMOUNT, NEW_AMOUNT = "۴٬۸۵۰٬۰۰۰٬۰۰۰", "۹٬۸۵۰٬۰۰۰٬۰۰۰"
VERDICT_PAGE = 2
"""The page with the amount in the operative part, counted from 0."""
_COMMON_NAME = "2.5.4.3"
_PKI, _PAGES = "pki", "pages"
_LIST_BYTES = 1 << 20
_AGED, _AGE = "aged.pdf", 12
"""A document signed so many years ago, and kept in an archive since."""

Talk = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One document of the tour after the signed one: what was done to it, and what must be found."""

    name: str
    code: str
    """Catalogue code of what a reader is told before it is verified."""
    make: Callable[[], bytes]
    expected: Verdict
    pages: bool = True
    """Whether its page texts are written: one with a broken page has none."""


class _Lasting(TypedDict, total=False):
    """Options of signing for decades; none of them for a signature that only has to be made."""

    level: str
    tsa: str
    online: FetchPolicy
    trust: TrustStore


class Tour:
    """One run of the demonstration in one folder."""

    def __init__(self, *, folder: Path, lang: str, talk: Talk) -> None:
        """Take where to leave everything, the language (`en`, `fa`) and whom to tell."""
        self._folder = folder
        self._lang = lang
        self._say = speech(lang)
        self._talk = talk
        self._step = 0
        self._missed = 0

    def run(self) -> int:
        """Take the whole tour; return 0 if everything was found as expected, else 1.

        Raises `ConfigError` when the folder cannot be written or the practice PKI cannot answer.
        """
        for name in (_PAGES, LISTS):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._tell("DEMO_START", folder=self._folder)
        with open_server(folder=self._folder / _PKI, port=0, at=None) as lab:
            write_folder(lab.pki, folder=self._folder / _PKI, lang=self._lang)
            self._tell("DEMO_PKI", url=lab.url)
            signed = self._sign("person", self._ruling(), "signed.pdf", **self._lasting(lab))
            expired = self._make_aged(lab)
            lists = self._fetch_lists(self._key("person"), lab)
        # The server is gone: whatever follows stands on the file, the anchors and the fetched lists alone.
        verifier = Verifier(trust=TrustStore.load(self._folder / _PKI / ANCHORS), validation_data=lists)
        self._visit_signed(verifier)
        self._visit_aged(verifier, expired)
        stations = self._stations(signed)
        for station in stations:
            self._visit(station, verifier)
        if self._missed:
            return 1
        self._tell("DEMO_END", count=len(stations) + 2, folder=self._folder)
        return 0

    def _ruling(self) -> bytes:
        place = resources.files("edoc.lab") / RULING
        if not place.is_file():
            raise ConfigError("DEMO_RULING_MISSING", subject=RULING)
        return place.read_bytes()

    def _key(self, name: str) -> Key:
        return Key.open(f"pkcs12:{self._folder / _PKI / KEYS / name}.p12", secret=PASSPHRASE)

    def _lasting(self, lab: LabServer) -> _Lasting:
        """Return what a signature for decades stands on: the practice PKI's own services, and its anchors."""
        return _Lasting(
            level="B-LTA",
            tsa=lab.pki.address("tsa", "tsa"),
            online=FetchPolicy(hosts=[lab.url.removeprefix("http://")]),
            trust=TrustStore.load(self._folder / _PKI / ANCHORS),
        )

    def _sign(self, name: str, data: bytes, file: str, **lasting: Unpack[_Lasting]) -> bytes:
        key = self._key(name)
        source = Document.from_bytes(data, name=RULING)
        result = sign_document(source, key, output=self._folder / file, overwrite=True, **lasting)
        if name == "person":
            common_name = key.certificate.subject.get(_COMMON_NAME)
            self._tell("DEMO_SIGNED", name=common_name, level=result.check.level, file=file)
        return bytes(result.document.data[:])

    def _fetch_lists(self, key: Key, lab: LabServer) -> list[Path]:
        """Fetch the lists that the signer's certificates name, from the practice PKI and nowhere else."""
        opener = build_opener(ProxyHandler({}))
        found = []
        for certificate in (key.certificate, *key.chain):
            for address in certificate.crl_uris:
                if not address.startswith(f"{lab.url}/"):
                    raise ConfigError("LAB_NO_ANSWER", subject=address)
                try:
                    with opener.open(address, timeout=10) as answer:
                        data = answer.read(_LIST_BYTES)
                except (URLError, OSError) as problem:
                    raise ConfigError("LAB_NO_ANSWER", subject=address) from problem
                path = self._folder / LISTS / f"{address.split('/')[-2]}.crl"
                path.write_bytes(data)
                found.append(path)
        self._tell("DEMO_LISTS", count=len(found))
        return found

    def _visit_signed(self, verifier: Verifier) -> None:
        report = self._verify(verifier, "signed")
        self._write_pages("signed")
        signature = report.signatures[0] if report.signatures else None
        if report.verdict is not Verdict.PASSED or signature is None or signature.best_signature_time is None:
            self._unexpected("signed.pdf", report, Verdict.PASSED)
            return
        name = signer_name(signature) or ""
        self._tell("DEMO_VERIFIED", name=name, time=_plain(signature.best_signature_time))
        self._answer("signed.pdf", report)

    def _make_aged(self, lab: LabServer) -> datetime:
        aged = aged_document(
            self._ruling(), now=lab.pki.at, years=_AGE, base_url=lab.url, keys=KeyRing(self._folder / _PKI / KEYS)
        )
        (self._folder / _AGED).write_bytes(aged.data)
        return aged.expired

    def _visit_aged(self, verifier: Verifier, expired: datetime) -> None:
        report = self._verify(verifier, "aged")
        self._write_pages("aged")
        signature = report.signatures[0] if report.signatures else None
        if report.verdict is not Verdict.PASSED or signature is None or signature.best_signature_time is None:
            self._unexpected(_AGED, report, Verdict.PASSED)
            return
        self._tell(
            "DEMO_AGED",
            time=_plain(signature.best_signature_time),
            expired=_plain(expired),
            count=len(report.data.timestamps),
        )
        self._answer(_AGED, report)

    def _stations(self, signed: bytes) -> tuple[Station, ...]:
        def other() -> bytes:
            return tamper.change_amount(self._ruling(), page=VERDICT_PAGE, old=OLD_AMOUNT, new=NEW_AMOUNT)

        def moved() -> bytes:
            return tamper.move_signature(signed, other=other(), signing_time=datetime.now(UTC))

        return (
            Station(name="tampered-byte", code="DEMO_BYTE", expected=Verdict.FAILED, pages=False,
                    make=lambda: tamper.flip_byte(signed, page=VERDICT_PAGE)),
            Station(name="tampered-amount", code="DEMO_AMOUNT", expected=Verdict.FAILED,
                    make=lambda: tamper.change_amount(signed, page=VERDICT_PAGE, old=OLD_AMOUNT, new=NEW_AMOUNT)),
            Station(name="tampered-moved", code="DEMO_MOVED", expected=Verdict.FAILED, make=moved),
            Station(name="impostor", code="DEMO_IMPOSTOR", expected=Verdict.INDETERMINATE,
                    make=lambda: self._sign("impostor", other(), "impostor.pdf")),
            Station(name="unsigned", code="DEMO_UNSIGNED", expected=Verdict.NO_SIGNATURE, make=self._ruling),
        )  # fmt: skip

    def _visit(self, station: Station, verifier: Verifier) -> None:
        file = f"{station.name}.pdf"
        (self._folder / file).write_bytes(station.make())
        self._tell(station.code, old=OLD_AMOUNT, new=NEW_AMOUNT, page=VERDICT_PAGE + 1)
        if station.pages:
            self._write_pages(station.name)
        report = self._verify(verifier, station.name)
        cause = leading(report.data)
        words = self._say.sentence(cause.code, {"subject": cause.subject, **cause.params}) if cause else None
        if report.verdict is not station.expected:
            self._unexpected(file, report, station.expected)
            return
        if words is None or not (words.text and words.hint):
            self._missed += 1
            self._talk(f"   {self._say.sentence('DEMO_UNREASONED', {'file': file}).text}")
            return
        self._answer(file, report)
        self._talk(f"   {words.text}")
        self._talk(f"   {self._say.phrase('next_step')}: {words.hint}")

    def _answer(self, file: str, report: Report) -> None:
        verdict = self._say.phrase(f"verdict_{report.verdict.value}")
        self._talk(f"   {self._say.phrase('answer', name=self._say.value(file), verdict=verdict)}")

    def _verify(self, verifier: Verifier, name: str) -> Report:
        report = verifier.verify(self._folder / f"{name}.pdf")
        (self._folder / f"{name}.json").write_text(report.to_json(lang=self._lang) + "\n", encoding="utf-8")
        return report

    def _write_pages(self, name: str) -> None:
        pdf = tamper.open_pdf((self._folder / f"{name}.pdf").read_bytes())
        pages = ["\n".join(read_page(pdf, index).lines()) for index in range(len(list(pdf.page_refs())))]
        (self._folder / _PAGES / f"{name}.txt").write_text("\n\n".join(pages) + "\n", encoding="utf-8")

    def _tell(self, code: str, **params: object) -> None:
        self._step += 1
        words = self._say.sentence(code, params)
        self._talk("")
        self._talk(f"{self._step}. {words.text}")
        self._talk(f"   {words.hint}")

    def _unexpected(self, file: str, report: Report, expected: Verdict) -> None:
        self._missed += 1
        params = {"file": file, "verdict": report.verdict.value, "expected": expected.value}
        words = self._say.sentence("DEMO_UNEXPECTED", params)
        self._talk(f"   {words.text} {words.hint}")


def _plain(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
