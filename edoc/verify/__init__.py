"""The engine: EN 319 102-1, a module a building block."""
