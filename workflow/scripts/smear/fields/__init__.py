"""Repeat captures of one microscope field, found by registering images with each other.

Two frames of one field show the same cells, shifted. Their detail (what is left without color, exposure and the slow
change of the lamp) then correlates over the part that both show. `screening` looks at all pairs coarsely, or
`keypoints` proposes some, `registration` looks at the likely ones closely, and `chance` says which correlation is more
than chance gives among so many pairs.
"""
