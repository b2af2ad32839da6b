"""Signed containers: ASiC-S and ASiC-E (EN 319 162-1), BDOC, and OpenDocument packages, over a strict ZIP reader."""
