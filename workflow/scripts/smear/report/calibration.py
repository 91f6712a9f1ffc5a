"""What the report says about the probabilities: over- or underconfident, and what a temperature would change."""

from smear.formats import percent, write_bins

STATES = {"before": "as predicted", "after": "at the temperature"}
SPLITS = {"validation": "Validation", "test": "Test"}


def describe_calibration(results: dict) -> dict:
    """The variables of the templates. results: what `calibration.json` holds."""
    return {
        "sentences": [
            describe_gap(results["test"]["before"]),
            describe_error(results["test"]["before"]),
            describe_answers(results["test"]["confidences"], results["confident_from"]),
            describe_temperature(results),
        ],
        "gap": describe_gap(results["test"]["before"]),
        "rows": [
            {"split": SPLITS[split], "state": STATES[state], **results[split][state]}
            for split in SPLITS
            for state in STATES
        ],
        "resamples": results["resamples"],
    }


def describe_gap(found: dict) -> str:
    """Whether the model is over- or underconfident on the test images, and by how much."""
    gap = 100 * found["gap"]
    sentence = (
        f"On the test images the model's mean confidence is {percent(found['confidence'])}, and it is correct for "
        f"{percent(found['accuracy'])} of them: "
    )
    size = f"{abs(gap):.2f} percentage points"
    kind = "overconfident" if gap > 0 else "underconfident"
    if found["gap_low"] is None:
        return f"{sentence}{kind} by {size}, without an interval."
    low, high = sorted((abs(found["gap_low"]), abs(found["gap_high"])))
    if found["gap_low"] <= 0 <= found["gap_high"]:
        low, high = found["gap_low"], found["gap_high"]
        return (
            f"{sentence}these images cannot tell whether it is over- or underconfident (difference "
            f"{gap:+.2f} percentage points, 95 % interval {100 * low:+.2f} to {100 * high:+.2f})."
        )
    return f"{sentence}{kind} by {size}, 95 % interval {100 * low:.2f} to {100 * high:.2f}."


def describe_error(found: dict) -> str:
    """The expected calibration error beside what chance gives."""
    sizes = [one["images"] for one in found["bins"]]
    above = found["ece"] > found["ece_if_calibrated_high"]
    return (
        f"The expected calibration error (ECE) is {percent(found['ece'])}, over {write_bins(sizes)}. By chance alone "
        f"a perfectly calibrated model with these confidences would have {percent(found['ece_if_calibrated'])} on "
        f"average, and less than {percent(found['ece_if_calibrated_high'])} in 95 % of cases"
        f"{'.' if above else ': the error is within what chance gives.'}"
    )


def describe_answers(confidences: dict, sure: float) -> str:
    """How confident correct and wrong answers are."""
    correct, wrong = confidences["correct"], confidences["wrong"]
    if not wrong["images"]:
        return f"No test image is wrong; the median confidence of the correct ones is {percent(correct['median'])}."
    whole = (
        f"{wrong['confident']:,} of the {wrong['images']:,} wrong answers "
        f"{'has' if wrong['confident'] == 1 else 'have'} a confidence of {percent(sure, 0)} or "
        "more"
    )
    if not correct["images"]:
        return f"{whole}; no test image is correct."
    return (
        f"{whole}; the median confidence is {percent(wrong['median'])} of the wrong answers and "
        f"{percent(correct['median'])} of the correct ones."
    )


def describe_temperature(results: dict) -> str:
    """The temperature, what it does to the test images, and that it is not applied."""
    temperature, before, after = results["temperature"], results["test"]["before"], results["test"]["after"]
    images = f"{results['validation']['before']['images']:,} validation images"
    if results["temperature_at_bound"]:
        why = "are all correct" if results["validation"]["before"]["accuracy"] == 1 else "give the log loss no minimum"
        return (
            f"No temperature can be fitted: the {images} {why}, and {temperature:g} is the bound of the search. "
            "The figures at this temperature say what it would do, and it is not to be used."
        )
    return (
        f"The temperature fitted on the {images} alone is {temperature:.3f}: probabilities as softmax(log p / "
        f"{temperature:.3f}) would have an ECE of {percent(after['ece'])} instead of {percent(before['ece'])} on the "
        f"test images and a log loss of {after['log_loss']:.4f} instead of {before['log_loss']:.4f}. It is "
        "reported and not applied: report/model.keras gives the probabilities as predicted."
    )
