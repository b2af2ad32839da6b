"""XML: canonical forms, XML-DSig and XAdES (EN 319 132-1)."""
