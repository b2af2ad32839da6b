"""What the first paragraph says of the time of signing: no more than holds for every signature."""

from __future__ import annotations

import pytest

from edoc.report.speech import speech
from edoc.report.summary import sentences
from tests.report import makers

PROVED = makers.signature(1, best_signature_time=makers.SIGNED)
CLAIMED = makers.signature(2, best_signature_time=None)


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_time_that_some_signatures_lack_is_not_told_as_proved(lang: str) -> None:
    say = speech(lang)
    proved = say.phrase("existed_by", time=say.moment(makers.SIGNED))
    for signatures, expected in (
        ((PROVED,), proved),
        ((PROVED, PROVED), proved),
        ((CLAIMED,), say.phrase("word_only")),
        ((PROVED, CLAIMED), say.phrase("word_only_some")),
        ((CLAIMED, PROVED), say.phrase("word_only_some")),
    ):
        told = sentences(makers.data(*signatures), say)
        assert told[-1] == expected
