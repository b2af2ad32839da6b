"""Trust anchors with purposes and intervals; never the system store, never a root from a document."""

from edoc.trust.store import Purpose, TrustStore

__all__ = ["Purpose", "TrustStore"]
