"""The threshold's place in the workflow: before the test, and nothing of it without a positive class."""


def test_another_threshold_tests_again_and_trains_nothing(finished):
    assert finished.jobs("--config", "threshold={positive: Benign}") == {
        **dict.fromkeys(("choose_threshold", "test_selected", "measure_threshold", "measure_calibration"), 1),
        **{"compare_tested": 1, "render_report": 1, "all": 1},
    }
    assert finished.jobs("--config", "threshold={positive: null}") == {}
