"""Features of a frozen pretrained network, one row an image, computed here or brought by the user."""
