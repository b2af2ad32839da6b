"""Signing as pure steps: request, draft, finish."""
