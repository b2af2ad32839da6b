"""Legal profiles: which evidence of a report bears on which article; never a verdict."""

from edoc.legal.assess import assess
from edoc.legal.model import LegalView, Outcome, PkiClass, PkiNames
from edoc.legal.profile import Profile, built_in, parse_profile

__all__ = ["LegalView", "Outcome", "PkiClass", "PkiNames", "Profile", "assess", "built_in", "parse_profile"]
