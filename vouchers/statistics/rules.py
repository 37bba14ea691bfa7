"""Measures and dimensions."""
