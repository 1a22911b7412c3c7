"""Definitions in and out of files."""
