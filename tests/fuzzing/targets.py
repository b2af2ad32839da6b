"""Every target that can be run by name."""

from __future__ import annotations

from tests.fuzzing.cms_target import CMS
from tests.fuzzing.format_targets import ASIC, JWS, XML
from tests.fuzzing.harness import Target
from tests.fuzzing.pdf_target import PDF

TARGETS: dict[str, Target] = {target.name: target for target in (PDF, CMS, XML, ASIC, JWS)}
