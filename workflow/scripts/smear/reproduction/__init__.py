"""Is the paper right? Its claims judged by this grid's results, of a split by image and of one by field."""
