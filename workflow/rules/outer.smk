# Outer folds: the whole workflow, selection included, once for each, so that every image is tested once.
# Takes: results/datasets/<dataset>/, results/<experiment>/outer/<fold>/. Makes: results/<experiment>/outer/.

if OUTER_FOLDS:

    localrules:
        split_outer_folds,
        pool_outer_folds,

    rule split_outer_folds:
        """Draw the outer folds, whole groups each: the test images of one call of the whole workflow."""
        input:
            catalog=f"results/datasets/{DATASET}/catalog.csv",
            fields=f"results/datasets/{DATASET}/fields.csv",
            groups=config["split"]["groups_csv"] or [],
            digests=ancient(name_records(f"results/datasets/{DATASET}", "catalog", "fields")),
        output:
            # Read before it is written, as that of `split_images`.
            manifest=update("results/{experiment}/outer/folds.csv"),
            audit=update("results/{experiment}/outer/folds.json"),
            digests=update("results/{experiment}/outer/folds.digests.json"),
        log:
            "results/{experiment}/logs/split_outer_folds.log",
        benchmark:
            "results/{experiment}/logs/split_outer_folds.tsv"
        wildcard_constraints:
            experiment=match_exactly([EXPERIMENT]),
        conda:
            "../../envs/data.yaml"
        params:
            **get_group_settings(),
            unit=config["split"]["unit"],
            outer_folds=OUTER_FOLDS,
            code=code_digest("split_outer_folds"),
        script:
            "../scripts/split_outer_folds.py"

    rule pool_outer_folds:
        """Put the tests of all outer folds together, after the proof that each image was tested once."""
        input:
            folds="results/{experiment}/outer/folds.csv",
            own_manifest=ancient("results/{experiment}/split/manifest.csv"),
            manifests=ancient(name_in_folds("split/manifest.csv")),
            selections=name_in_folds("comparison/selection.json"),
            predictions=name_in_folds("report/test_predictions.csv"),
            baselines=name_in_folds("comparison/baselines.json"),
            baseline_predictions=name_in_folds("report/test_baseline_predictions.csv"),
            digests=ancient("results/{experiment}/outer/folds.digests.json"),
            fold_digests=ancient(
                [
                    "results/{experiment}/split/digests.json",
                    *name_in_folds("split/digests.json"),
                    *name_in_folds("comparison/selection.digests.json"),
                    *name_in_folds("comparison/baselines.digests.json"),
                    *name_in_folds("report/digests.json"),
                ]
            ),
        output:
            predictions="results/{experiment}/outer/predictions.csv",
            choices="results/{experiment}/outer/choices.csv",
            comparison="results/{experiment}/outer/comparison.csv",
            metrics="results/{experiment}/outer/metrics.json",
            looks="results/{experiment}/outer/test_looks.csv",
            svg=report(
                "results/{experiment}/outer/choices.svg",
                caption="../report/outer.rst",
                category="Final test",
            ),
            png="results/{experiment}/outer/choices.png",
            digests="results/{experiment}/outer/digests.json",
        log:
            "results/{experiment}/logs/pool_outer_folds.log",
        benchmark:
            "results/{experiment}/logs/pool_outer_folds.tsv"
        wildcard_constraints:
            experiment=match_exactly([EXPERIMENT]),
        conda:
            "../../envs/report.yaml"
        params:
            positive=config["dataset"]["positive"],
            fields_searched=config["fields"]["search"] != "none",
            experiments=name_experiments(),
            table=f"results/datasets/{DATASET}/test_looks.csv",
            code=code_digest("pool_outer_folds"),
        script:
            "../scripts/pool_outer_folds.py"
