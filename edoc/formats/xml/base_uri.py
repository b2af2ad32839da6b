"""How canonical XML 1.1 joins xml:base values over elements that are left out (its appendix A)."""

from __future__ import annotations

import re

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)


def join(base: str, reference: str) -> str:
    """Return a reference as seen from a base, where either may be relative (RFC 3986 5.2 as C14N 1.1 changes it)."""
    scheme, authority, path, query = _split(base)
    own_scheme, own_authority, own_path, own_query = _split(reference)
    if own_scheme is not None or own_authority is not None:
        scheme, authority = own_scheme if own_scheme is not None else scheme, own_authority
        path, query = _segments(own_path), own_query
    elif own_path:
        path = _segments(own_path if own_path.startswith("/") else _merged(authority, path, own_path))
        query = own_query
    else:
        path, query = _segments(path), own_query or query
    start = f"{scheme}:" if scheme is not None else ""
    return f"{start}{f'//{authority}' if authority is not None else ''}{path}{query}"


def _split(uri: str) -> tuple[str | None, str | None, str, str]:
    match = _PARTS.fullmatch(uri)
    if match is None:
        return None, None, uri, ""
    scheme, authority, path, query, _ = match.groups()
    return scheme, authority, path, query or ""


def _merged(authority: str | None, base: str, path: str) -> str:
    if authority is not None and not base:
        return f"/{path}"
    if base.endswith(".."):
        # A trailing `..` names a folder.
        base += "/"
    return base[: base.rfind("/") + 1] + path


def _segments(path: str) -> str:
    """Remove dot segments; those that lead above a relative start stay, and slashes are not repeated."""
    absolute = path.startswith("/")
    kept: list[str] = []
    parts = path.split("/")
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if part in ("", "."):
            if last and (kept or absolute) and place:
                kept.append("")
        elif part == "..":
            if kept and kept[-1] != "..":
                kept.pop()
            elif not absolute:
                kept.append("..")
            if last and kept:
                kept.append("")
        else:
            kept.append(part)
    joined = "/".join(kept)
    if absolute:
        joined = f"/{joined}"
    return joined
