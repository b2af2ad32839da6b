"""What the system refuses, as an error with a cure."""

from __future__ import annotations

import errno

from edoc.errors import ConfigError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def refused(problem: OSError, *, place: str) -> ConfigError:
    """Return the error for something that the system refused at a place, or at the file it names."""
    subject = str(problem.filename or place)
    if problem.errno in _FULL:
        return ConfigError("OUTPUT_DISK_FULL", subject=subject)
    return ConfigError("SYSTEM_REFUSED", subject=subject, params={"reason": problem.strerror or "?"})
