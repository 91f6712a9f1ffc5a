# The claims of the paper, judged on a split by image, as in the paper, and on one by field.
# Takes: results/<experiment>/ and results/<experiment>/image_split/. Makes: results/<experiment>/reproduction/.

if config["reproduction"]:

    localrules:
        judge_claims,
        render_reproduction,

    rule judge_claims:
        """Judge the paper's claims by the grids of both splits, and replay its staged search."""
        input:
            **name_judged_files(),
            published=ancient(name_own_file(PUBLISHED_FILES["published"])),
            digests=ancient(name_judged_records()),
        output:
            claims="results/{experiment}/reproduction/claims.csv",
            comparisons="results/{experiment}/reproduction/comparisons.csv",
            search="results/{experiment}/reproduction/search.json",
            leakage="results/{experiment}/reproduction/leakage.json",
            setting="results/{experiment}/reproduction/setting.json",
            looks="results/{experiment}/reproduction/test_looks.csv",
            digests="results/{experiment}/reproduction/digests.json",
        log:
            "results/{experiment}/logs/judge_claims.log",
        benchmark:
            "results/{experiment}/logs/judge_claims.tsv"
        wildcard_constraints:
            experiment=match_exactly([EXPERIMENT]),
        conda:
            "../../envs/report.yaml"
        params:
            cells=[cell._replace(fold=None).name for cell in CELLS.values()],
            image_size=config["image"]["size"],
            variant=name_image_split(EXPERIMENT),
            table=f"results/datasets/{DATASET}/test_looks.csv",
            files=digest_file(name_own_file(PUBLISHED_FILES["published"])),
            code=code_digest("judge_claims"),
        script:
            "../scripts/judge_claims.py"

    rule render_reproduction:
        """Write the page of the claims as one self-contained file."""
        input:
            **{name: ancient(name_own_file(path)) for name, path in REPRODUCTION_FILES.items()},
            claims="results/{experiment}/reproduction/claims.csv",
            search="results/{experiment}/reproduction/search.json",
            leakage="results/{experiment}/reproduction/leakage.json",
            setting="results/{experiment}/reproduction/setting.json",
            catalog=f"results/datasets/{DATASET}/catalog.csv",
            digests=ancient(
                ["results/{experiment}/reproduction/digests.json", f"results/datasets/{DATASET}/catalog.digests.json"]
            ),
        output:
            page=report(
                "results/{experiment}/reproduction/index.html",
                caption="../report/reproduction.rst",
                category="Report",
            ),
            claims_svg=report(
                "results/{experiment}/reproduction/claims.svg",
                caption="../report/claims.rst",
                category="Final test",
            ),
            claims_png="results/{experiment}/reproduction/claims.png",
            digests="results/{experiment}/reproduction/page.digests.json",
        log:
            "results/{experiment}/logs/render_reproduction.log",
        benchmark:
            "results/{experiment}/logs/render_reproduction.tsv"
        wildcard_constraints:
            experiment=match_exactly([EXPERIMENT]),
        conda:
            "../../envs/report.yaml"
        params:
            experiment=EXPERIMENT,
            dataset=DATASET,
            shuffled=config["training"]["shuffle_labels"],
            files=[digest_file(name_own_file(path)) for path in REPRODUCTION_FILES.values()],
            code=code_digest("render_reproduction"),
        script:
            "../scripts/render_reproduction.py"
