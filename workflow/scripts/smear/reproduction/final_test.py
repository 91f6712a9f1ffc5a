"""The claims about the final test: its accuracy, and the class that is the easiest."""

from smear.formats import percent
from smear.reproduction.claims import Claim, Comparison
from smear.reproduction.effects import figure_effect, unpaired_effect
from smear.reproduction.results import SplitResults
from smear.reproduction.verdicts import MARGIN, NOT_TESTED, judge


def judge_accuracy(results: SplitResults, published: dict) -> Claim:
    """The test accuracy of the selected grid cell is the published one, or less than MARGIN below it."""
    figure = published["test"]["accuracy"]
    effect = figure_effect(results.sample_test(), figure)
    accuracy = percent(figure + effect.difference)
    comparison = Comparison(
        f"the selected grid cell ({accuracy})", f"the paper ({percent(figure)})", "test accuracy", 1, effect
    )
    return Claim("test_accuracy", results.unit, judge([effect], -MARGIN), [comparison])


def judge_easiest_class(results: SplitResults, published: dict) -> Claim:
    """The class that the paper calls the easiest has a higher recall than each other one."""
    easiest = published["test"]["highest_recall"]["class"]
    labels = results.test["label"].to_numpy()
    samples = {name: results.sample_test(labels == label) for label, name in enumerate(results.classes)}
    samples = {name: sample for name, sample in samples.items() if len(sample.right)}
    if easiest not in samples:
        return Claim("easiest_class", results.unit, NOT_TESTED, [], f"No test image has the class {easiest}.")
    own = samples.pop(easiest)
    found = [
        Comparison(easiest, name, "test recall", 1, unpaired_effect(own, sample)) for name, sample in samples.items()
    ]
    note = "" if found else f"All test images have the class {easiest}."
    return Claim("easiest_class", results.unit, judge([each.effect for each in found]), found, note)
