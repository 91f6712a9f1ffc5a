# The final test and the page that reports it.
# Takes: the selected cell's model, results/<experiment>/tensors/ of the test images and comparison/. Makes: results/<experiment>/report/.


rule test_selected:
    """Predict the test images with the selected grid cell's model and the chosen baselines, and with no others."""
    input:
        **get_frozen_threshold(),
        **get_baseline_inputs(),
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        split_digests=ancient("results/{experiment}/split/digests.json"),
        selected="results/{experiment}/comparison/selected.json",
        model=get_selected_model,
        provenance=ancient(get_selected_provenance),
        test=ancient(get_selected_tensor("test", "npy")),
        test_rows=ancient(get_selected_tensor("test", "csv")),
        test_digests=get_selected_tensor("test", "digests.json"),
        digests=ancient("results/{experiment}/comparison/selection.digests.json"),
        model_digests=ancient(get_selected_digests),
    output:
        **({"by_group": "results/{experiment}/report/test_by_group.csv"} if HAS_GROUPS else {}),
        predictions="results/{experiment}/report/test_predictions.csv",
        baseline_predictions="results/{experiment}/report/test_baseline_predictions.csv",
        metrics="results/{experiment}/report/test_metrics.json",
        model="results/{experiment}/report/model.keras",
        looks="results/{experiment}/report/test_looks.csv",
        digests="results/{experiment}/report/digests.json",
    log:
        "results/{experiment}/logs/test_selected.log",
    benchmark:
        "results/{experiment}/logs/test_selected.tsv"
    conda:
        TRAINING_ENVIRONMENTS[config["training"]["backend"]]
    threads: config["training"]["threads"]
    resources:
        mem_mb=get_test_memory,
    params:
        **get_engine(),
        cache="results/compiled",
        positive=config["dataset"]["positive"],
        # No output, which Snakemake would delete: looks are added to it, of all experiments.
        table=f"results/datasets/{DATASET}/test_looks.csv",
        code=code_digest("test_selected"),
    script:
        "../scripts/test_selected.py"


rule compare_tested:
    """Set the tested network beside the baselines on the same test images, and beside published results."""
    input:
        **{name: ancient(name_own_file(path)) for name, path in PUBLISHED_FILES.items()},
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        audit="results/{experiment}/split/audit.json",
        split_digests=ancient("results/{experiment}/split/digests.json"),
        catalog=f"results/datasets/{DATASET}/catalog.csv",
        catalog_digests=ancient(name_records(f"results/datasets/{DATASET}", "catalog")),
        selected="results/{experiment}/comparison/selected.json",
        selected_digests=ancient("results/{experiment}/comparison/selection.digests.json"),
        baselines="results/{experiment}/comparison/baselines.json",
        baselines_digests=ancient("results/{experiment}/comparison/baselines.digests.json"),
        predictions="results/{experiment}/report/test_predictions.csv",
        baseline_predictions="results/{experiment}/report/test_baseline_predictions.csv",
        test_digests=ancient("results/{experiment}/report/digests.json"),
    output:
        comparison="results/{experiment}/report/test_comparison.csv",
        svg=report(
            "results/{experiment}/report/test_comparison.svg",
            caption="../report/test_comparison.rst",
            category="Final test",
        ),
        png="results/{experiment}/report/test_comparison.png",
        digests="results/{experiment}/report/test_comparison.digests.json",
    log:
        "results/{experiment}/logs/compare_tested.log",
    benchmark:
        "results/{experiment}/logs/compare_tested.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        files=[digest_file(name_own_file(path)) for path in PUBLISHED_FILES.values()],
        code=code_digest("compare_tested"),
    script:
        "../scripts/compare_tested.py"


rule measure_calibration:
    """Measure how right the selected grid cell's probabilities are, before and after a temperature of the validation images."""
    input:
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        split_digests=ancient("results/{experiment}/split/digests.json"),
        validation_predictions=get_selected_predictions("csv"),
        validation_digests=ancient(get_selected_predictions("digests.json")),
        test_predictions="results/{experiment}/report/test_predictions.csv",
        test_digests=ancient("results/{experiment}/report/digests.json"),
    output:
        calibration="results/{experiment}/report/calibration.json",
        svg=report(
            "results/{experiment}/report/calibration.svg",
            caption="../report/calibration.rst",
            category="Final test",
        ),
        png="results/{experiment}/report/calibration.png",
        digests="results/{experiment}/report/calibration.digests.json",
    log:
        "results/{experiment}/logs/measure_calibration.log",
    benchmark:
        "results/{experiment}/logs/measure_calibration.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("measure_calibration"),
    script:
        "../scripts/measure_calibration.py"


if HAS_GROUPS:

    localrules:
        validate_by_group,
        plot_groups,

    rule validate_by_group:
        """Count what the selected grid cell got right in each of the user's groups, on the validation images."""
        input:
            manifest=ancient("results/{experiment}/split/manifest.csv"),
            split_digests=ancient("results/{experiment}/split/digests.json"),
            predictions=get_selected_predictions("csv"),
            digests=ancient(get_selected_predictions("digests.json")),
        output:
            by_group="results/{experiment}/comparison/validation_by_group.csv",
            metrics="results/{experiment}/comparison/validation_groups.json",
            digests="results/{experiment}/comparison/validation_groups.digests.json",
        log:
            "results/{experiment}/logs/validate_by_group.log",
        benchmark:
            "results/{experiment}/logs/validate_by_group.tsv"
        conda:
            "../../envs/report.yaml"
        params:
            positive=config["dataset"]["positive"],
            code=code_digest("validate_by_group"),
        script:
            "../scripts/validate_by_group.py"

    rule plot_groups:
        """Draw the accuracy of each of the user's groups, and predicted against true shares of classes."""
        input:
            manifest=ancient("results/{experiment}/split/manifest.csv"),
            split_digests=ancient("results/{experiment}/split/digests.json"),
            validation_predictions=get_selected_predictions("csv"),
            validation_digests=ancient(get_selected_predictions("digests.json")),
            test_predictions=["results/{experiment}/report/test_predictions.csv"],
            test_digests=ancient("results/{experiment}/report/digests.json"),
        output:
            validation_svg=report(
                "results/{experiment}/report/validation_groups.svg",
                caption="../report/validation_groups.rst",
                category="Groups",
            ),
            validation_png="results/{experiment}/report/validation_groups.png",
            test_svg=report(
                "results/{experiment}/report/test_groups.svg",
                caption="../report/test_groups.rst",
                category="Groups",
            ),
            test_png="results/{experiment}/report/test_groups.png",
            shares_svg=report(
                "results/{experiment}/report/group_shares.svg",
                caption="../report/group_shares.rst",
                category="Groups",
            ),
            shares_png="results/{experiment}/report/group_shares.png",
            digests="results/{experiment}/report/groups.digests.json",
        log:
            "results/{experiment}/logs/plot_groups.log",
        benchmark:
            "results/{experiment}/logs/plot_groups.tsv"
        conda:
            "../../envs/report.yaml"
        params:
            positive=config["dataset"]["positive"],
            code=code_digest("plot_groups"),
        script:
            "../scripts/plot_groups.py"


REPORT_FILES = {
    **PUBLISHED_FILES,
    "template": "workflow/report/report.html.j2",
    "style": "workflow/report/page.css",
    "card_template": "workflow/report/model_card.md.j2",
}


rule render_report:
    """Write the report as one self-contained page, and the model's card."""
    input:
        **{name: ancient(name_own_file(path)) for name, path in REPORT_FILES.items()},
        **get_group_files(),
        **get_network_files(),
        **get_shown_files(),
        **get_threshold_files(),
        **get_outer_files(),
        **get_claims_files(),
        selection="results/{experiment}/comparison/selection.json",
        leaderboard="results/{experiment}/comparison/leaderboard.csv",
        test_metrics="results/{experiment}/report/test_metrics.json",
        test_predictions="results/{experiment}/report/test_predictions.csv",
        test_rows=ancient(get_selected_tensor("test", "csv")),
        test_digests=ancient(get_selected_tensor("test", "digests.json")),
        comparison="results/{experiment}/report/test_comparison.csv",
        comparison_svg="results/{experiment}/report/test_comparison.svg",
        calibration="results/{experiment}/report/calibration.json",
        calibration_svg="results/{experiment}/report/calibration.svg",
        looks="results/{experiment}/report/test_looks.csv",
        all_looks=get_looks_of_others(),
        audit="results/{experiment}/split/audit.json",
        siblings_svg="results/{experiment}/split/siblings.svg",
        catalog=f"results/datasets/{DATASET}/catalog.csv",
        fields=f"results/datasets/{DATASET}/fields.json",
        field_pairs=f"results/datasets/{DATASET}/field_pairs.csv",
        fields_svg=f"results/datasets/{DATASET}/fields.svg",
        provenance=get_selected_provenance,
        shortcuts="results/{experiment}/audit/shortcuts.csv",
        differences="results/{experiment}/comparison/shortcut_differences.csv",
        digests=ancient(
            [
                *name_records(f"results/datasets/{DATASET}", "catalog", "fields", "fields_figure"),
                *name_records("results/{experiment}/comparison", "leaderboard", "selection", "figures", "shortcuts"),
                "results/{experiment}/comparison/shortcut_differences.digests.json",
                "results/{experiment}/split/digests.json",
                "results/{experiment}/split/siblings.digests.json",
                "results/{experiment}/audit/shortcuts.digests.json",
                "results/{experiment}/report/digests.json",
                *name_records("results/{experiment}/report", "test_comparison", "calibration"),
            ]
        ),
        model_digests=ancient(get_selected_digests),
        shortcuts_svg="results/{experiment}/comparison/shortcuts.svg",
        figures=expand(
            "results/{{experiment}}/comparison/{figure}.svg",
            figure=FIGURES,
        ),
    output:
        report=report(
            "results/{experiment}/report/index.html",
            caption="../report/report.rst",
            category="Report",
        ),
        model_card="results/{experiment}/report/model_card.md",
        confusion_svg=report(
            "results/{experiment}/report/confusion.svg",
            caption="../report/confusion.rst",
            category="Final test",
        ),
        confusion_png="results/{experiment}/report/confusion.png",
    log:
        "results/{experiment}/logs/render_report.log",
    benchmark:
        "results/{experiment}/logs/render_report.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        experiment="{experiment}",
        dataset=DATASET,
        scale=config["image"]["scale"],
        embeddings=verbatim("embeddings"),
        augmentations=SHOWN_SETS,
        files=[digest_file(name_own_file(path)) for path in REPORT_FILES.values()],
        code=code_digest("render_report"),
    script:
        "../scripts/render_report.py"
