"""Labelled images on disk: finding, reading and splitting them."""
