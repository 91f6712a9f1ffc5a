# The workflow is defined in workflow/Snakefile, where the workflow catalog and other workflows look for it.
include: "workflow/Snakefile"


set_default_target("all")
