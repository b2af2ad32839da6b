"""Renderers of the one report; they compute nothing."""
