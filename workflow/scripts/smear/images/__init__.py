"""Labeled images on disk: finding and reading them."""
