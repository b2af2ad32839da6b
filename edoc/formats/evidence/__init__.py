"""Evidence records (RFC 4998, RFC 6283): read, and compared with the data that they are about."""
