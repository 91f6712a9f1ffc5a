# What the selected network reads: validation images that are changed, and a probe of images without blood cells.
# Takes: the selected grid cell's model, results/<experiment>/tensors/ and embeddings/ of train and validation, split/.
# Makes: results/<experiment>/audit/: network, backgrounds and background_probe.


localrules:
    plot_perturbations,


rule perturb_validation:
    """Change the validation images, and measure what the selected grid cell's model still classifies correctly."""
    input:
        manifest=ancient("results/{experiment}/split/manifest.csv"),
        split_digests=ancient("results/{experiment}/split/digests.json"),
        selected="results/{experiment}/comparison/selected.json",
        model=get_selected_model,
        train=ancient(get_selected_tensor("train", "npy")),
        train_rows=ancient(get_selected_tensor("train", "csv")),
        train_digests=get_selected_tensor("train", "digests.json"),
        validation=ancient(get_selected_tensor("validation", "npy")),
        validation_rows=ancient(get_selected_tensor("validation", "csv")),
        validation_digests=get_selected_tensor("validation", "digests.json"),
        digests=ancient("results/{experiment}/comparison/selection.digests.json"),
        model_digests=ancient(get_selected_digests),
    output:
        network="results/{experiment}/audit/network.csv",
        facts="results/{experiment}/audit/network.json",
        examples="results/{experiment}/audit/network_examples.npy",
        example_rows="results/{experiment}/audit/network_examples.csv",
        digests="results/{experiment}/audit/network.digests.json",
    log:
        "results/{experiment}/logs/perturb_validation.log",
    benchmark:
        "results/{experiment}/logs/perturb_validation.tsv"
    conda:
        TRAINING_ENVIRONMENTS[config["training"]["backend"]]
    threads: config["training"]["threads"]
    resources:
        mem_mb=get_network_memory,
    params:
        **get_engine(),
        cache="results/compiled",
        fold=get_selected_fold,
        rectangles=config["fields"]["ignore"],
        code=code_digest("perturb_validation"),
    script:
        "../scripts/perturb_validation.py"


rule plot_perturbations:
    """Draw the accuracies of the selected network on changed images, and a sheet of such images."""
    input:
        network="results/{experiment}/audit/network.csv",
        facts="results/{experiment}/audit/network.json",
        examples="results/{experiment}/audit/network_examples.npy",
        example_rows="results/{experiment}/audit/network_examples.csv",
        digests=ancient("results/{experiment}/audit/network.digests.json"),
    output:
        svg=report(
            "results/{experiment}/audit/network.svg",
            caption="../report/network.rst",
            category="Network",
        ),
        png="results/{experiment}/audit/network.png",
        sheet_svg=report(
            "results/{experiment}/audit/network_sheet.svg",
            caption="../report/network_sheet.rst",
            category="Network",
        ),
        sheet_png="results/{experiment}/audit/network_sheet.png",
        digests="results/{experiment}/audit/network_figures.digests.json",
    log:
        "results/{experiment}/logs/plot_perturbations.log",
    benchmark:
        "results/{experiment}/logs/plot_perturbations.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code_digest("plot_perturbations"),
    script:
        "../scripts/plot_perturbations.py"


if EMBEDDINGS and not EMBEDDINGS["file"]:

    rule embed_backgrounds:
        """Compute the features of images without blood cells with the frozen network of the embeddings."""
        input:
            **get_scaled_catalog(),
            manifest="results/{experiment}/split/manifest.csv",
            images=f"results/datasets/{DATASET}/images",
            weights=name_weights(EMBEDDINGS["backbone"]),
            train_rows=ancient(get_selected_tensor("train", "csv")),
            validation_rows=ancient(get_selected_tensor("validation", "csv")),
            digests=ancient("results/{experiment}/split/digests.json"),
            train_digests=get_selected_tensor("train", "digests.json"),
            validation_digests=get_selected_tensor("validation", "digests.json"),
        output:
            features="results/{experiment}/audit/backgrounds.npy",
            rows="results/{experiment}/audit/backgrounds.csv",
            digests="results/{experiment}/audit/backgrounds.digests.json",
        log:
            "results/{experiment}/logs/embed_backgrounds.log",
        benchmark:
            "results/{experiment}/logs/embed_backgrounds.tsv"
        conda:
            TRAINING_ENVIRONMENTS[config["training"]["backend"]]
        threads: config["training"]["threads"]
        resources:
            mem_mb=get_embedding_memory,
        params:
            backend=config["training"]["backend"],
            deterministic=config["training"]["deterministic"],
            backbone=EMBEDDINGS["backbone"],
            size=EMBEDDINGS["size"],
            mask=config["dataset"]["mask"],
            color=get_selected_color,
            fold=get_selected_fold,
            cache="results/compiled",
            # What the digest of the code leaves out with the registry.
            architecture=describe_architecture(EMBEDDINGS["backbone"]),
            code=digest_network("embed_backgrounds", EMBEDDINGS["backbone"]),
        script:
            "../scripts/embed_backgrounds.py"

    rule probe_backgrounds:
        """Train a linear probe on images without blood cells, and set it beside permuted labels."""
        input:
            manifest=ancient("results/{experiment}/split/manifest.csv"),
            split_digests=ancient("results/{experiment}/split/digests.json"),
            features="results/{experiment}/audit/backgrounds.npy",
            rows="results/{experiment}/audit/backgrounds.csv",
            digests=ancient("results/{experiment}/audit/backgrounds.digests.json"),
            train_embeddings=ancient(get_selected_embeddings("train", "npy")),
            train_digests=get_selected_embeddings("train", "digests.json"),
            validation_embeddings=ancient(get_selected_embeddings("validation", "npy")),
            validation_digests=get_selected_embeddings("validation", "digests.json"),
        output:
            probe="results/{experiment}/audit/background_probe.csv",
            digests="results/{experiment}/audit/background_probe.digests.json",
        log:
            "results/{experiment}/logs/probe_backgrounds.log",
        benchmark:
            "results/{experiment}/logs/probe_backgrounds.tsv"
        conda:
            "../../envs/data.yaml"
        threads: 4
        params:
            code=code_digest("probe_backgrounds"),
        script:
            "../scripts/probe_backgrounds.py"
