"""Everything that touches files, the clock and the environment."""
