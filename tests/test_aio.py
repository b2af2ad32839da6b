"""The awaited twins: the same names and arguments, and the same bytes for every scenario."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

import edoc
from edoc import api_sign
from tests import online
from tests.conftest import ROOT
from tests.net import servers
from tests.online import AT, Scene


@pytest.fixture
def scene(socket_watch: None) -> Iterator[Scene]:
    with online.scene() as made:
        yield made


def test_every_call_has_its_twin_with_the_same_arguments() -> None:
    calls = {name for name in edoc.__all__ if name.islower()} | {"Verifier", "Signer"}
    assert calls <= set(edoc.aio.__all__)
    for name in edoc.aio.__all__:
        twin, call = getattr(edoc.aio, name), getattr(edoc, name, None) or getattr(api_sign, name)
        assert list(inspect.signature(twin).parameters) == list(inspect.signature(call).parameters), name
        for one in ("verify", "verify_at", "verify_certificate", "sign"):
            if hasattr(call, one):
                ours, theirs = (inspect.signature(getattr(owner, one)) for owner in (twin, call))
                assert list(ours.parameters) == list(theirs.parameters), f"{name}.{one}"


SCENARIOS = [
    (name, kinds, alive)
    for name in ("person", "person-ec", "revoked", "on-hold", "expired", "impostor", "unsigned", "changed", "B-T", "B-LTA")
    for kinds, alive in ((None, True), (("ocsp", "crl"), True), (("crl",), True))
] + [("person", ("ocsp", "crl"), False), ("person", (), True)]


def _document(scene: Scene, name: str) -> edoc.Document:
    if name == "unsigned":
        return edoc.Document.from_bytes(online.RULING.read_bytes(), name="unsigned.pdf")
    if name == "changed":
        data = bytearray(scene.signed().data[:])
        data[data.index(b"/MediaBox") + 11] ^= 1
        return edoc.Document.from_bytes(bytes(data), name="changed.pdf")
    if name.startswith("B-"):
        made = edoc.sign_document(
            online.RULING, scene.pki.key(), level=name, tsa=_Stamps(scene.pki), signing_time=AT, trust=scene.pki.trust,
            validation_data=[] if name == "B-T" else scene.pki.validation_data(),
        )  # fmt: skip
        return edoc.Document.from_bytes(bytes(made.document.data[:]), name=f"{name}.pdf")
    return scene.signed(name)


@pytest.mark.loopback
def test_the_scenarios_give_the_same_bytes_both_ways(socket_watch: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # The only thing in which two questions differ: a report names the digest of the answer it rests on.
    monkeypatch.setattr("edoc.net.gather.secrets.token_bytes", bytes)
    verdicts = set()
    with online.scene() as living:
        documents = {name: _document(living, name) for name in sorted({name for name, _, _ in SCENARIOS})}
        both = [_both(living, documents[name], kinds) for name, kinds, alive in SCENARIOS if alive]
    both += [_both(living, documents[name], kinds) for name, kinds, alive in SCENARIOS if not alive]
    assert len(both) == len(SCENARIOS) >= 30
    for sync, awaited in both:
        assert sync.to_json() == awaited.to_json()
        verdicts.add(sync.verdict.value)
    assert verdicts == {"PASSED", "FAILED", "INDETERMINATE", "NO_SIGNATURE"}


def _both(scene: Scene, document: edoc.Document, kinds: tuple[str, ...] | None) -> tuple[edoc.Report, edoc.Report]:
    permission: bool | edoc.FetchPolicy = False if kinds is None else scene.policy(*kinds) if kinds else True
    options = {"trust": scene.pki.trust, "validation_time": AT, "online": permission}
    sync = edoc.verify_document(document, **options)  # type: ignore[arg-type]
    awaited = asyncio.run(edoc.aio.verify_document(document, **options))  # type: ignore[arg-type]
    return sync, awaited


def test_offline_works_without_a_socket() -> None:
    pki = edoc.testing.PracticePki(at=AT)

    async def main() -> edoc.Report:
        signer = edoc.aio.Signer(pki.key(), signing_time=AT)
        made = await signer.sign(online.RULING)
        verifier = edoc.aio.Verifier(trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT)
        certificate = await edoc.aio.verify_certificate(
            pki.certificate("person"), trust=pki.trust, validation_data=[*pki.validation_data(), pki.certificate("issuing")],
            validation_time=AT,
        )  # fmt: skip
        assert certificate.indication is edoc.Indication.PASSED
        assert len(verifier.rules()) == 2
        return await verifier.verify(made.document)

    assert asyncio.run(main()).verdict is edoc.Verdict.PASSED


def test_preparing_elsewhere_and_finishing_here() -> None:
    pki = edoc.testing.PracticePki(at=AT)
    key = pki.key()

    async def main() -> edoc.Document:
        certificates = [pki.certificate("person"), pki.certificate("issuing")]
        draft = await edoc.aio.prepare_signature(online.RULING, certificates=certificates, signing_time=AT)
        made = await edoc.aio.finish_signature(draft, key.sign(draft.octets, draft.algorithm))
        direct = await edoc.aio.sign_document(online.RULING, key, signing_time=AT)
        assert direct.check.passed
        return made.document

    report = edoc.verify_document(
        asyncio.run(main()), trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT
    )
    assert report.verdict is edoc.Verdict.PASSED


def test_a_level_is_raised_and_a_file_is_stamped() -> None:
    pki = edoc.testing.PracticePki(at=AT)

    async def main() -> edoc.Document:
        signed = await edoc.aio.sign_document(online.RULING, pki.key(), signing_time=AT)
        raised = await edoc.aio.extend_document(signed.document, level="B-T", tsa=_Stamps(pki), validation_time=AT)
        stamp = await edoc.aio.timestamp_document(b"a note", tsa=_Stamps(pki))
        assert stamp.document.size > 1000
        return raised.document

    assert asyncio.run(main()).size > online.RULING.stat().st_size + 10_000


class _Stamps:
    def __init__(self, pki: edoc.testing.PracticePki) -> None:
        self._pki = pki

    def timestamp(self, digest: bytes, *, algorithm: str = "sha256") -> bytes:
        return self._pki.timestamp(digest, algorithm=algorithm)


def test_batches_come_in_order(tmp_path: Path) -> None:
    pki = edoc.testing.PracticePki(at=AT)
    paths = [online.RULING, tmp_path / "gone.pdf", online.RULING]

    async def main() -> list[edoc.BulkResult]:
        signer = edoc.aio.Signer(pki.key(), signing_time=AT)
        signed = [item async for item in edoc.aio.sign_many(paths, signer=signer)]
        assert [item.error is None for item in signed] == [True, False, True]
        documents = [item.result.document for item in signed if item.result is not None]
        verifier = edoc.aio.Verifier(trust=pki.trust, validation_data=pki.validation_data(), validation_time=AT)
        found = []
        async for item in edoc.aio.verify_many([*documents, ROOT / "README.md"], verifier=verifier, jobs=1):
            found.append(item)
        async for item in edoc.aio.verify_many(documents, verifier=verifier, jobs=1):
            break
        return found

    results = asyncio.run(main())
    assert [item.report.verdict.value if item.report is not None else None for item in results] == ["PASSED", "PASSED", None]


@pytest.mark.loopback
def test_the_loop_of_the_caller_is_not_blocked(scene: Scene) -> None:
    """While a slow service is waited for, others go on; a call that is cancelled ends at once."""
    with servers.serving({"*": servers.silent}) as slow:
        pki = edoc.testing.PracticePki(at=AT, base_url=slow.url)
        signed = edoc.sign_document(online.RULING, pki.key(), signing_time=AT).document
        verifier = edoc.aio.Verifier(trust=pki.trust, validation_time=AT, online=edoc.FetchPolicy(hosts=[slow.host]))

        async def main() -> int:
            call = asyncio.create_task(verifier.verify(signed))
            ticks = 0
            while not slow.seen:
                await asyncio.sleep(0.01)
                ticks += 1
            for _ in range(20):
                await asyncio.sleep(0.005)
                ticks += 1
            assert not call.done()
            call.cancel()
            started = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert time.monotonic() - started < 1
            return ticks

        assert asyncio.run(main()) >= 20


@pytest.mark.loopback
def test_many_documents_wait_side_by_side(scene: Scene) -> None:
    verifier = edoc.aio.Verifier(trust=scene.pki.trust, validation_time=AT, online=scene.policy("crl"))

    async def main() -> list[edoc.Report]:
        return list(await asyncio.gather(*(verifier.verify(scene.signed()) for _ in range(6))))

    assert {report.verdict for report in asyncio.run(main())} == {edoc.Verdict.PASSED}


Call = Callable[..., Awaitable[object]]


@pytest.mark.parametrize("call", ["verify_document", "sign_document"])
def test_errors_are_the_same(call: str, tmp_path: Path) -> None:
    pki = edoc.testing.PracticePki(at=AT)
    missing = tmp_path / "missing.pdf"
    awaited: Call = getattr(edoc.aio, call)
    arguments: dict[str, object] = {"trust": pki.trust} if call == "verify_document" else {"key": pki.key()}
    with pytest.raises(edoc.InputError) as caught:
        asyncio.run(awaited(missing, **arguments))  # type: ignore[arg-type]
    assert caught.value.code == "INPUT_NOT_FOUND"
