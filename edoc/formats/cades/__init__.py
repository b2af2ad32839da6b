"""CMS and CAdES documents (RFC 5652, EN 319 122-1 and -2) and time-stamp tokens that stand alone (RFC 3161)."""
