"""Which images may not be parted, and which split they go to."""
