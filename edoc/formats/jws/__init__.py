"""JWS and JAdES (RFC 7515, RFC 7797, ETSI TS 119 182-1): read into facts, written, extended."""
