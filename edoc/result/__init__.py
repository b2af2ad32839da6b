"""What comes out: the report, its signatures, their findings; the JSON Schema is generated from it."""
