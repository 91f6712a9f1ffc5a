# Features of a frozen pretrained network, or the user's own, one row an image.
# Takes: the catalog and its images, results/<experiment>/split/. Makes: results/<experiment>/embeddings/.

if EMBEDDINGS and not EMBEDDINGS["file"]:

    rule embed_images:
        """Compute the features of one split's images with a frozen pretrained network."""
        input:
            **get_scaled_catalog(),
            manifest="results/{experiment}/split/manifest.csv",
            images=f"results/datasets/{DATASET}/images",
            weights=name_weights(EMBEDDINGS["backbone"]),
            digests=ancient("results/{experiment}/split/digests.json"),
        output:
            embeddings="results/{experiment}/embeddings/{split}{color}.npy",
            digests="results/{experiment}/embeddings/{split}{color}.digests.json",
        log:
            "results/{experiment}/logs/embed_images/{split}{color}.log",
        benchmark:
            "results/{experiment}/logs/embed_images/{split}{color}.tsv"
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
            color=get_color,
            cache="results/compiled",
            # What the digest of the code leaves out with the registry.
            architecture=describe_architecture(EMBEDDINGS["backbone"]),
            code=digest_network("embed_images", EMBEDDINGS["backbone"]),
        script:
            "../scripts/embed_images.py"


if EMBEDDINGS and EMBEDDINGS["file"]:

    rule take_embeddings:
        """Take the features of one split's images from the user's own file."""
        input:
            features=EMBEDDINGS["file"],
            names=EMBEDDINGS["images"] or [],
            catalog=f"results/datasets/{DATASET}/catalog.csv",
            manifest="results/{experiment}/split/manifest.csv",
            digests=ancient(
                ["results/{experiment}/split/digests.json", f"results/datasets/{DATASET}/catalog.digests.json"]
            ),
        output:
            embeddings="results/{experiment}/embeddings/{split}{color}.npy",
            digests="results/{experiment}/embeddings/{split}{color}.digests.json",
        log:
            "results/{experiment}/logs/take_embeddings/{split}{color}.log",
        benchmark:
            "results/{experiment}/logs/take_embeddings/{split}{color}.tsv"
        conda:
            "../../envs/data.yaml"
        params:
            code=code_digest("take_embeddings"),
        script:
            "../scripts/take_embeddings.py"
