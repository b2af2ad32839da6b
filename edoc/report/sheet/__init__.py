"""The verification sheet: one view of a report, drawn as HTML or as PDF.

`view` says what stands on a sheet, in one language and in the order of reading; `html` and `pdf` draw it and add
no words of their own.
"""
