"""PDF: a strict reader, an append writer."""
