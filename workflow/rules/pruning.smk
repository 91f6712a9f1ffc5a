# What of the grid cells is kept once the report is there: `training.keep`.
# Takes: results/<experiment>/report/, comparison/. Makes: results/<experiment>/pruned.json. Removes: cells/<cell>/state.npz and
# model.keras of grid cells that were not selected. Snakemake makes a missing output again only where a job that runs needs it.

if config["training"]["keep"] == "selected":

    localrules:
        prune_cells,

    rule prune_cells:
        """Remove the states and models of grid cells that were not selected."""
        input:
            reported=get_reported_files,
            selected="results/{experiment}/comparison/selected.json",
            digests=ancient(
                [
                    "results/{experiment}/comparison/selection.digests.json",
                    "results/{experiment}/report/digests.json",
                ]
            ),
        output:
            pruned="results/{experiment}/pruned.json",
        log:
            "results/{experiment}/logs/prune_cells.log",
        benchmark:
            "results/{experiment}/logs/prune_cells.tsv"
        conda:
            "../../envs/report.yaml"
        params:
            cells={name: cell._replace(fold=None).name for name, cell in CELLS.items()},
            folder="results/{experiment}/cells",
            code=code_digest("prune_cells"),
        script:
            "../scripts/prune_cells.py"
