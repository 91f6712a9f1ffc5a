"""Comparing, choosing and testing classifiers: what each had right, and which of them are tested."""
