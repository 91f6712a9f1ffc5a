"""Changed images: what is taken from them or done to them, by which amounts, and how that is called."""
