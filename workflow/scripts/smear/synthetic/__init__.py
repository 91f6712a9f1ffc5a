"""Made-up blood smears: single cells, one microscope field, a whole data set with its truth."""
