"""Long-running tests, behind `make soak`."""
