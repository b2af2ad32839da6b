"""Keys by URI: one Protocol, one file for each kind of store."""

from edoc.keys.key import Key

__all__ = ["Key"]
