# From the source of the images to tensors.
# Takes: what config's `dataset` names. Makes: results/datasets/<dataset>/, results/<experiment>/split/ and tensors/.

if SOURCE == "kaggle":

    localrules:
        fetch_kaggle,

    rule fetch_kaggle:
        """Download the data set's archive from Kaggle."""
        output:
            archive="results/datasets/{dataset}/archive.zip",
        log:
            "results/datasets/{dataset}/logs/fetch_kaggle.log",
        benchmark:
            "results/datasets/{dataset}/logs/fetch_kaggle.tsv"
        conda:
            "../../envs/fetch.yaml"
        params:
            handle=config["dataset"]["handle"],
            code=code_digest("fetch_kaggle"),
        script:
            "../scripts/fetch_kaggle.py"


if SOURCE in ("kaggle", "archive"):

    rule extract_archive:
        """Take the wanted class folders out of the archive."""
        input:
            **get_label_table(),
            archive=get_archive,
        output:
            **get_unmatched(),
            images=directory("results/datasets/{dataset}/images"),
            sources="results/datasets/{dataset}/sources.csv",
        log:
            "results/datasets/{dataset}/logs/extract_archive.log",
        benchmark:
            "results/datasets/{dataset}/logs/extract_archive.tsv"
        conda:
            "../../envs/data.yaml"
        params:
            **get_table_settings(),
            variant=verbatim("dataset", "variant"),
            layout=verbatim("dataset", "layout"),
            classes=verbatim("dataset", "classes"),
            archive_encoding=config["dataset"]["archive_encoding"],
            expected=verbatim("dataset", "expected"),
            max_files=config["dataset"]["max_files"],
            max_gigabytes=config["dataset"]["max_gigabytes"],
            code=code_digest("extract_archive"),
        script:
            "../scripts/extract_archive.py"


if SOURCE == "folder":

    localrules:
        link_folder,

    rule link_folder:
        """Link the images of the user's class folders."""
        input:
            **get_label_table(),
        output:
            **get_unmatched(),
            images=directory("results/datasets/{dataset}/images"),
            sources="results/datasets/{dataset}/sources.csv",
        log:
            "results/datasets/{dataset}/logs/link_folder.log",
        benchmark:
            "results/datasets/{dataset}/logs/link_folder.tsv"
        conda:
            "../../envs/data.yaml"
        params:
            **get_table_settings(),
            path=verbatim("dataset", "path"),
            variant=verbatim("dataset", "variant"),
            layout=verbatim("dataset", "layout"),
            classes=verbatim("dataset", "classes"),
            content=EXAMINED.content,
            code=code_digest("link_folder"),
        script:
            "../scripts/link_folder.py"


if SOURCE == "synthetic":

    rule make_synthetic:
        """Draw synthetic smears, with the truth about them."""
        output:
            images=directory("results/datasets/{dataset}/images"),
            truth="results/datasets/{dataset}/truth.csv",
        log:
            "results/datasets/{dataset}/logs/make_synthetic.log",
        benchmark:
            "results/datasets/{dataset}/logs/make_synthetic.tsv"
        conda:
            "../../envs/data.yaml"
        threads: 4
        params:
            images=config["dataset"]["synthetic"]["images"],
            size=config["dataset"]["synthetic"]["size"],
            seed=config["dataset"]["synthetic"]["seed"],
            code=code_digest("make_synthetic"),
        script:
            "../scripts/make_synthetic.py"


rule catalog_images:
    """Open every image once; list the good ones, and the others with the reason."""
    input:
        **get_reference_digests(),
        **get_sources(),
        images="results/datasets/{dataset}/images",
    output:
        **get_recorded_digests(),
        catalog="results/datasets/{dataset}/catalog.csv",
        rejected="results/datasets/{dataset}/rejected.csv",
        digests="results/datasets/{dataset}/catalog.digests.json",
    log:
        "results/datasets/{dataset}/logs/catalog_images.log",
    benchmark:
        "results/datasets/{dataset}/logs/catalog_images.tsv"
    conda:
        "../../envs/data.yaml"
    threads: 4
    params:
        max_rejected_share=config["dataset"]["max_rejected_share"],
        max_megapixels=config["dataset"]["max_megapixels"],
        classes=verbatim("dataset", "classes"),
        resource=name_digests(),
        reference=[digest_file(path) for path in get_reference_digests().values()],
        code=code_digest("catalog_images"),
    script:
        "../scripts/catalog_images.py"


rule find_fields:
    """Find the images that show one microscope field, by registering them with each other."""
    input:
        catalog="results/datasets/{dataset}/catalog.csv",
        digests=ancient("results/datasets/{dataset}/catalog.digests.json"),
    output:
        fields="results/datasets/{dataset}/fields.csv",
        pairs="results/datasets/{dataset}/field_pairs.csv",
        summary="results/datasets/{dataset}/fields.json",
        evidence="results/datasets/{dataset}/field_evidence.csv",
        digests="results/datasets/{dataset}/fields.digests.json",
    log:
        "results/datasets/{dataset}/logs/find_fields.log",
    benchmark:
        "results/datasets/{dataset}/logs/find_fields.tsv"
    conda:
        "../../envs/data.yaml"
    threads: 4
    params:
        ignore=config["fields"]["ignore"] + config["dataset"]["mask"],
        search=config["fields"]["search"],
        threshold=config["fields"]["threshold"],
        code=code_digest("find_fields"),
    script:
        "../scripts/find_fields.py"


rule plot_fields:
    """Draw what separates captures of one field from chance."""
    input:
        evidence="results/datasets/{dataset}/field_evidence.csv",
        summary="results/datasets/{dataset}/fields.json",
        digests=ancient("results/datasets/{dataset}/fields.digests.json"),
    output:
        svg=report(
            "results/datasets/{dataset}/fields.svg",
            caption="../report/fields.rst",
            category="Data",
        ),
        png="results/datasets/{dataset}/fields.png",
        digests="results/datasets/{dataset}/fields_figure.digests.json",
    log:
        "results/datasets/{dataset}/logs/plot_fields.log",
    benchmark:
        "results/datasets/{dataset}/logs/plot_fields.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("plot_fields"),
    script:
        "../scripts/plot_fields.py"


rule split_images:
    """Assign every image to a split: train, validation or test."""
    input:
        catalog=f"results/datasets/{DATASET}/catalog.csv",
        fields=f"results/datasets/{DATASET}/fields.csv",
        groups=config["split"]["groups_csv"] or [],
        weights=get_donor(),
        outer=get_outer_folds("folds.csv"),
        digests=ancient(name_records(f"results/datasets/{DATASET}", "catalog", "fields")),
        outer_digests=ancient(get_outer_folds("folds.digests.json")),
    output:
        # An earlier manifest of the same method is read, so that images which are added move no others.
        manifest=update("results/{experiment}/split/manifest.csv"),
        audit=update("results/{experiment}/split/audit.json"),
        digests=update("results/{experiment}/split/digests.json"),
    log:
        "results/{experiment}/logs/split_images.log",
    benchmark:
        "results/{experiment}/logs/split_images.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        **get_group_settings(),
        unit=get_split("unit"),
        fractions=get_split("fractions"),
        folds=config["split"]["folds"],
        outer_fold=get_split("outer_fold"),
        outer_folds=get_split("outer_folds"),
        allow_overlap=config["model"]["allow_overlap"] if get_donor() else None,
        code=code_digest("split_images"),
    script:
        "../scripts/split_images.py"


rule audit_splits:
    """Count the images with a repeat capture in another split, by every unit of splitting."""
    input:
        manifest="results/{experiment}/split/manifest.csv",
        audit="results/{experiment}/split/audit.json",
        catalog=f"results/datasets/{DATASET}/catalog.csv",
        digests=ancient(["results/{experiment}/split/digests.json", f"results/datasets/{DATASET}/catalog.digests.json"]),
    output:
        siblings="results/{experiment}/split/siblings.csv",
        svg=report(
            "results/{experiment}/split/siblings.svg",
            caption="../report/siblings.rst",
            category="Data",
        ),
        png="results/{experiment}/split/siblings.png",
        digests="results/{experiment}/split/siblings.digests.json",
    log:
        "results/{experiment}/logs/audit_splits.log",
    benchmark:
        "results/{experiment}/logs/audit_splits.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        fractions=get_split("fractions"),
        block=config["split"]["block"],
        code=code_digest("audit_splits"),
    script:
        "../scripts/audit_splits.py"


rule cache_tensors:
    """Decode and resize the images of one split, once."""
    input:
        **get_scaled_catalog(),
        manifest="results/{experiment}/split/manifest.csv",
        images=f"results/datasets/{DATASET}/images",
        digests=ancient("results/{experiment}/split/digests.json"),
    output:
        tensor="results/{experiment}/tensors/{split}{color}.npy",
        rows="results/{experiment}/tensors/{split}{color}.csv",
        digests="results/{experiment}/tensors/{split}{color}.digests.json",
    log:
        "results/{experiment}/logs/cache_tensors/{split}{color}.log",
    benchmark:
        "results/{experiment}/logs/cache_tensors/{split}{color}.tsv"
    conda:
        "../../envs/data.yaml"
    threads: 4
    params:
        size=config["image"]["size"],
        mask=config["dataset"]["mask"],
        color=get_color,
        code=code_digest("cache_tensors"),
    script:
        "../scripts/cache_tensors.py"
