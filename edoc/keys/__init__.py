"""Keys by URI."""
