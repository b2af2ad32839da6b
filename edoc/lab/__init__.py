"""A practice PKI for demonstrations, tests and integrators' tests: everything in it is invented.

`members` says who is in it, `keys` makes the keys, `pki` issues (certomancer underneath), `folder` writes
it to disk, `server` answers on loopback, `tamper` spoils signed documents, `demo` is the tour.  Nothing
below this room imports it.
"""
