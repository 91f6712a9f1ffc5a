"""A classifier and its training; imports Keras."""
