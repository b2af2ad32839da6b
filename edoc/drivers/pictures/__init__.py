"""Pictures of pages: PDFium draws them in a process of its own, because it reads what others made (`process`, `worker`)."""
