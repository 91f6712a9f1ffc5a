# A threshold for one class against the rest, where the configuration names a positive one.
# Takes: predictions of the selected grid cell. Makes: comparison/threshold.json before the test, report/threshold.json after it.

if POSITIVE is not None:

    localrules:
        choose_threshold,
        measure_threshold,

    rule choose_threshold:
        """Choose the threshold on the validation images; the test has it among its inputs, and so comes after it."""
        input:
            manifest=ancient("results/{experiment}/split/manifest.csv"),
            split_digests=ancient("results/{experiment}/split/digests.json"),
            predictions=get_selected_predictions("csv"),
            digests=ancient(get_selected_predictions("digests.json")),
        output:
            threshold="results/{experiment}/comparison/threshold.json",
            digests="results/{experiment}/comparison/threshold.digests.json",
        log:
            "results/{experiment}/logs/choose_threshold.log",
        benchmark:
            "results/{experiment}/logs/choose_threshold.tsv"
        conda:
            "../../envs/report.yaml"
        params:
            positive=get_positive,
            sensitivity=config["threshold"]["sensitivity"],
            code=code_digest("choose_threshold"),
        script:
            "../scripts/choose_threshold.py"

    rule measure_threshold:
        """Measure the threshold on validation and test images, and draw ROC and precision-recall curves."""
        input:
            manifest=ancient("results/{experiment}/split/manifest.csv"),
            split_digests=ancient("results/{experiment}/split/digests.json"),
            threshold="results/{experiment}/comparison/threshold.json",
            threshold_digests=ancient("results/{experiment}/comparison/threshold.digests.json"),
            validation_predictions=get_selected_predictions("csv"),
            validation_digests=ancient(get_selected_predictions("digests.json")),
            test_predictions="results/{experiment}/report/test_predictions.csv",
            test_digests=ancient("results/{experiment}/report/digests.json"),
        output:
            **({"by_group": "results/{experiment}/report/threshold_by_group.csv"} if HAS_GROUPS else {}),
            threshold="results/{experiment}/report/threshold.json",
            svg=report(
                "results/{experiment}/report/threshold.svg",
                caption="../report/threshold.rst",
                category="Final test",
            ),
            png="results/{experiment}/report/threshold.png",
            digests="results/{experiment}/report/threshold.digests.json",
        log:
            "results/{experiment}/logs/measure_threshold.log",
        benchmark:
            "results/{experiment}/logs/measure_threshold.tsv"
        conda:
            "../../envs/report.yaml"
        params:
            code=code_digest("measure_threshold"),
        script:
            "../scripts/measure_threshold.py"
