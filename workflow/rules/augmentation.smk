# Training images as the networks are given them, where a set of augmentations changes any.
# Takes: results/<experiment>/tensors/ of train. Makes: results/<experiment>/augmentation/.

if SHOWN_SETS:

    localrules:
        plot_augmentation,

    rule augment_images:
        """Change a few training images at random with every set of augmentations that the grid uses."""
        input:
            train=ancient(get_shown_tensors("npy")),
            train_rows=ancient(get_shown_tensors("csv")),
            train_digests=get_shown_tensors("digests.json"),
        output:
            images="results/{experiment}/augmentation/images.npy",
            rows="results/{experiment}/augmentation/images.csv",
            digests="results/{experiment}/augmentation/images.digests.json",
        log:
            "results/{experiment}/logs/augment_images.log",
        benchmark:
            "results/{experiment}/logs/augment_images.tsv"
        conda:
            TRAINING_ENVIRONMENTS[config["training"]["backend"]]
        resources:
            mem_mb=get_small_memory,
        params:
            backend=config["training"]["backend"],
            sets=SHOWN_SETS,
            colors=SHOWN_COLORS,
            cache="results/compiled",
            code=code_digest("augment_images"),
        script:
            "../scripts/augment_images.py"

    rule plot_augmentation:
        """Draw training images beside random draws of each set of augmentations."""
        input:
            images="results/{experiment}/augmentation/images.npy",
            rows="results/{experiment}/augmentation/images.csv",
            digests=ancient("results/{experiment}/augmentation/images.digests.json"),
        output:
            svg=report(
                "results/{experiment}/augmentation/augmentation.svg",
                caption="../report/augmentation.rst",
                category="Augmentation",
            ),
            png="results/{experiment}/augmentation/augmentation.png",
            digests="results/{experiment}/augmentation/figure.digests.json",
        log:
            "results/{experiment}/logs/plot_augmentation.log",
        benchmark:
            "results/{experiment}/logs/plot_augmentation.tsv"
        conda:
            "../../envs/report.yaml"
        params:
            sets=SHOWN_SETS,
            size=config["image"]["size"],
            code=code_digest("plot_augmentation"),
        script:
            "../scripts/plot_augmentation.py"
