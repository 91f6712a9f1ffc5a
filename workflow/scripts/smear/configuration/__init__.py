"""Reading and checking the configuration; `completion.py` is where a call of Snakemake begins."""
