"""The figures, and the style they share."""
