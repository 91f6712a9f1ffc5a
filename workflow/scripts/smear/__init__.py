"""What several rules share, one subject per module."""
