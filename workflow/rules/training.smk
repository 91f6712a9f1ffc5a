# One job for each grid cell.
# Takes: results/<experiment>/tensors/ of train and validation. Makes: results/<experiment>/cells/<cell>/.


rule fetch_weights:
    """Download a file of published ImageNet weights to where Keras looks for it, or take the one placed by hand."""
    input:
        local=get_placed_weights,
    output:
        weights="results/weights/models/{file_name}",
    log:
        "results/weights/logs/{file_name}.log",
    benchmark:
        "results/weights/logs/{file_name}.tsv"
    wildcard_constraints:
        file_name=match_exactly(published.file_name for published in KERAS_WEIGHTS.values()),
    conda:
        "../../envs/fetch.yaml"
    params:
        architecture=get_published("architecture"),
        url=get_published("url"),
        md5=get_published("md5"),
        code=code_digest("fetch_weights"),
    script:
        "../scripts/fetch_weights.py"


rule convert_weights:
    """Make Keras' arrays of published ImageNet weights that a package holds, or a file placed by hand."""
    input:
        local=get_placed_weights,
    output:
        weights="results/weights/models/{file_name}",
    log:
        "results/weights/logs/{file_name}.log",
    benchmark:
        "results/weights/logs/{file_name}.tsv"
    wildcard_constraints:
        file_name=match_exactly(published.file_name for published in PACKAGED_WEIGHTS.values()),
    conda:
        "../../envs/fetch.yaml"
    params:
        architecture=get_published("architecture"),
        package=get_published("package"),
        version=get_published("version"),
        path=get_published("path"),
        sha256=get_published("sha256"),
        placed=name_placed,
        code=code_digest("convert_weights"),
    script:
        "../scripts/convert_weights.py"


rule train_cell:
    """Train and validate one grid cell, from the state of its shorter run where there is one."""
    input:
        train=ancient(get_tensor("train", "npy")),
        train_rows=ancient(get_tensor("train", "csv")),
        validation=ancient(get_tensor("validation", "npy")),
        validation_rows=ancient(get_tensor("validation", "csv")),
        # Their content decides whether a cell is trained again, and not the times of the tensors.
        train_digests=get_tensor("train", "digests.json"),
        validation_digests=get_tensor("validation", "digests.json"),
        weights=get_start_weights,
        shorter=get_shorter_state,
    output:
        # Beside these stands `shorter.json`, which the planning of later calls reads (`read_start`). No output, which
        # Snakemake would delete with those of a failed training: the next attempt shall resume from the same cell.
        state="results/{experiment}/cells/{cell}/state.npz",
        times="results/{experiment}/cells/{cell}/state.times.json",
        model="results/{experiment}/cells/{cell}/model.keras",
        history="results/{experiment}/cells/{cell}/history.csv",
        predictions="results/{experiment}/cells/{cell}/validation_predictions.csv",
        metrics="results/{experiment}/cells/{cell}/metrics.json",
        provenance="results/{experiment}/cells/{cell}/provenance.json",
        digests="results/{experiment}/cells/{cell}/digests.json",
    log:
        "results/{experiment}/logs/train_cell/{cell}.log",
    benchmark:
        "results/{experiment}/logs/train_cell/{cell}.tsv"
    conda:
        TRAINING_ENVIRONMENTS[config["training"]["backend"]]
    threads: config["training"]["threads"]
    resources:
        gpu=get_gpus_per_cell,
        # No parameters: they concern where and how a cell runs and not what it makes, and must not rerun it.
        cells_per_gpu=config["training"]["cells_per_gpu"],
        feed=config["training"]["feed"],
        shorter=get_shorter_names,
        made_from=get_origin,
        mem_mb=get_network_memory,
        runtime=get_training_minutes,
    params:
        **get_engine(),
        cell=get_cell,
        settings=get_training_settings,
        running="results/{experiment}/running/{cell}",
        cache="results/compiled",
        # What the digest of the code leaves out with the registry.
        architecture=get_architecture,
        code=get_training_code,
    script:
        "../scripts/train_cell.py"
