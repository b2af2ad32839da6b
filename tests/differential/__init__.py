"""Four readers over the same documents: what the strict reader accepts, qpdf, PDFium and pyHanko read in the same way.

Each disagreement stands in `exceptions.json` with what the other says, what edoc says, and the reason; one that has
gone fails the test until its entry is removed, so that the file only shrinks.
"""
