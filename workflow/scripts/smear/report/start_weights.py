"""What the weights that the networks started from have seen, in words."""


def describe_start(audit: dict | None) -> str:
    """Say what `audit.json` holds of `model.weights`; nothing where they are no file of the user's."""
    if not audit:
        return ""
    text = f"The networks started from the weights of {audit['file']}. "
    if audit["training_images"] == "unknown":
        return text + (
            "The file does not say which images they were trained on: whether validation or test images of this "
            "experiment are among them is unknown."
        )
    validation, test = audit["validation_images_seen"], audit["test_images_seen"]
    least = "" if audit["all_known"] else "at least "
    text += f"They were trained on {least}{validation:,} of the validation and {least}{test:,} of the test images."
    if validation or test:
        text += " model.allow_overlap lets that pass: validation and test figures are too high."
    elif not audit["all_known"]:
        text += " They started from other weights themselves, whose training images are unknown."
    return text
