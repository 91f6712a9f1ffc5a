# Shortcut baselines and a linear probe, as measures for what the networks reach.
# Takes: results/<experiment>/split/manifest.csv, tensors/ and embeddings/ of train and validation, comparison/, the selected grid cell's validation predictions.
# Makes: audit/, comparison/baselines.json, shortcut_differences.csv and shortcuts.svg.


rule audit_shortcuts:
    """Train shortcut baselines: classifiers on colors, corner and thumbnail of the networks' images, and on embeddings."""
    input:
        **get_embeddings(),
        train=ancient(name_tensors("train", "npy")),
        train_rows=ancient(name_tensors("train", "csv")),
        validation=ancient(name_tensors("validation", "npy")),
        validation_rows=ancient(name_tensors("validation", "csv")),
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        split_digests=ancient("results/{experiment}/split/digests.json"),
        train_digests=name_tensors("train", "digests.json"),
        validation_digests=name_tensors("validation", "digests.json"),
    output:
        shortcuts="results/{experiment}/audit/shortcuts.csv",
        predictions="results/{experiment}/audit/shortcut_predictions.csv",
        digests="results/{experiment}/audit/shortcuts.digests.json",
    log:
        "results/{experiment}/logs/audit_shortcuts.log",
    benchmark:
        "results/{experiment}/logs/audit_shortcuts.tsv"
    conda:
        "../../envs/data.yaml"
    threads: 4
    params:
        colors=COLORS,
        code=code_digest("audit_shortcuts"),
    script:
        "../scripts/audit_shortcuts.py"


checkpoint select_baselines:
    """Choose the baselines that are tested; a checkpoint, so that the same choice leads to no other test."""
    input:
        shortcuts="results/{experiment}/audit/shortcuts.csv",
        selected="results/{experiment}/comparison/selected.json",
        digests=ancient(
            [
                "results/{experiment}/audit/shortcuts.digests.json",
                "results/{experiment}/comparison/selection.digests.json",
            ]
        ),
    output:
        baselines="results/{experiment}/comparison/baselines.json",
        digests="results/{experiment}/comparison/baselines.digests.json",
    log:
        "results/{experiment}/logs/select_baselines.log",
    benchmark:
        "results/{experiment}/logs/select_baselines.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        code=code_digest("select_baselines"),
    script:
        "../scripts/select_baselines.py"


rule compare_baselines:
    """Compare the selected grid cell with each baseline on the very same validation images."""
    input:
        shortcuts="results/{experiment}/audit/shortcuts.csv",
        shortcut_predictions="results/{experiment}/audit/shortcut_predictions.csv",
        selection="results/{experiment}/comparison/selection.json",
        predictions=get_selected_predictions("csv"),
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        digests=ancient(
            [
                "results/{experiment}/audit/shortcuts.digests.json",
                "results/{experiment}/comparison/selection.digests.json",
                "results/{experiment}/split/digests.json",
            ]
        ),
        prediction_digests=ancient(get_selected_predictions("digests.json")),
    output:
        differences="results/{experiment}/comparison/shortcut_differences.csv",
        digests="results/{experiment}/comparison/shortcut_differences.digests.json",
    log:
        "results/{experiment}/logs/compare_baselines.log",
    benchmark:
        "results/{experiment}/logs/compare_baselines.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("compare_baselines"),
    script:
        "../scripts/compare_baselines.py"


rule plot_shortcuts:
    """Draw the chosen network among the shortcut baselines."""
    input:
        shortcuts="results/{experiment}/audit/shortcuts.csv",
        selection="results/{experiment}/comparison/selection.json",
        digests=ancient(
            [
                "results/{experiment}/audit/shortcuts.digests.json",
                "results/{experiment}/comparison/selection.digests.json",
            ]
        ),
    output:
        svg=report(
            "results/{experiment}/comparison/shortcuts.svg",
            caption="../report/shortcuts.rst",
            category="Comparison",
        ),
        png="results/{experiment}/comparison/shortcuts.png",
        digests="results/{experiment}/comparison/shortcuts.digests.json",
    log:
        "results/{experiment}/logs/plot_shortcuts.log",
    benchmark:
        "results/{experiment}/logs/plot_shortcuts.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("plot_shortcuts"),
    script:
        "../scripts/plot_shortcuts.py"
