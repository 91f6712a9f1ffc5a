"""blastgrid: from a source of labelled smear images to a tested classifier and its report."""

from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/internals.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/cells.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/selected.smk"
include: "workflow/rules/shown.smk"


wildcard_constraints:
    dataset=match_exactly([DATASET]),
    experiment=match_exactly([EXPERIMENT]),
    # Their names would be read again for every file of every cell; `check_targets` refuses others.
    cell="[^/]+",
    split=match_exactly(SPLITS),
    color=f"|{match_exactly(map(mark_color, COLORS))}",


# On a cluster these run where Snakemake does: they are light, or need the internet.
localrules:
    all,
    fetch_weights,
    convert_weights,
    split_images,
    audit_splits,
    compare_cells,
    compare_baselines,
    select_cell,
    plot_comparison,
    plot_fields,
    plot_shortcuts,
    render_report,


rule all:
    """The report, and the figures and tables behind it."""
    input:
        get_final_files(),


include: "workflow/rules/data.smk"
include: "workflow/rules/embeddings.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/augmentation.smk"
include: "workflow/rules/comparison.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/pruning.smk"
include: "workflow/rules/planned.smk"
include: "workflow/rules/handlers.smk"
