"""The classes of made-up smears and how many images each has; light, for every call of Snakemake asks."""

CLASSES = ("Benign", "Early", "Pre", "Pro")


def count_images(images: int) -> dict[str, int]:
    """Images per class, as even as it goes."""
    whole, rest = divmod(images, len(CLASSES))
    return {name: whole + (place < rest) for place, name in enumerate(CLASSES)}
