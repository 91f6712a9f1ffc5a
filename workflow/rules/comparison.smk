# The comparison of the grid cells.
# Takes: results/<experiment>/cells/, split/manifest.csv. Makes: results/<experiment>/comparison/.


rule compare_cells:
    """Rank the grid cells by their validation figures, and find those that cannot be told from the best."""
    input:
        metrics=expand("results/{{experiment}}/cells/{cell}/metrics.json", cell=CELLS),
        predictions=expand("results/{{experiment}}/cells/{cell}/validation_predictions.csv", cell=CELLS),
        digests=ancient(expand("results/{{experiment}}/cells/{cell}/digests.json", cell=CELLS)),
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        split_digests=ancient("results/{experiment}/split/digests.json"),
    output:
        leaderboard="results/{experiment}/comparison/leaderboard.csv",
        replicates="results/{experiment}/comparison/replicates.csv",
        ties="results/{experiment}/comparison/ties.json",
        digests="results/{experiment}/comparison/leaderboard.digests.json",
    log:
        "results/{experiment}/logs/compare_cells.log",
    benchmark:
        "results/{experiment}/logs/compare_cells.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("compare_cells"),
    script:
        "../scripts/compare_cells.py"


checkpoint select_cell:
    """Select the grid cell to be tested; a checkpoint, so that the test depends on its model alone."""
    input:
        leaderboard="results/{experiment}/comparison/leaderboard.csv",
        replicates="results/{experiment}/comparison/replicates.csv",
        ties="results/{experiment}/comparison/ties.json",
        digests=ancient("results/{experiment}/comparison/leaderboard.digests.json"),
    output:
        selection="results/{experiment}/comparison/selection.json",
        selected="results/{experiment}/comparison/selected.json",
        digests="results/{experiment}/comparison/selection.digests.json",
    log:
        "results/{experiment}/logs/select_cell.log",
    benchmark:
        "results/{experiment}/logs/select_cell.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("select_cell"),
    script:
        "../scripts/select_cell.py"


rule plot_comparison:
    """Draw the figures that compare grid cells: the paper's three questions, the learning curves and the grid."""
    input:
        leaderboard="results/{experiment}/comparison/leaderboard.csv",
        replicates="results/{experiment}/comparison/replicates.csv",
        selection="results/{experiment}/comparison/selection.json",
        histories=expand("results/{{experiment}}/cells/{cell}/history.csv", cell=CELLS),
        digests=ancient(name_records("results/{experiment}/comparison", "leaderboard", "selection")),
        history_digests=ancient(expand("results/{{experiment}}/cells/{cell}/digests.json", cell=CELLS)),
    output:
        **name_figures(),
        digests="results/{experiment}/comparison/figures.digests.json",
    log:
        "results/{experiment}/logs/plot_comparison.log",
    benchmark:
        "results/{experiment}/logs/plot_comparison.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        cells=[cell._replace(fold=None).name for cell in CELLS.values()],
        code=code_digest("plot_comparison"),
    script:
        "../scripts/plot_comparison.py"
