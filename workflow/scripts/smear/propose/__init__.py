"""A configuration for a folder or a zip of the user's own images, proposed from a look at them: `make run IMAGES=…`."""
