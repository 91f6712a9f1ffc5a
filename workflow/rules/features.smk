# Helpers of embeddings.smk and audit.smk: the embeddings that the configuration asks for. No rule is defined here.
# Takes: the names that common.smk and cells.smk give.

from smear.embeddings.user_file import check_user_file

# None where they are turned off.
EMBEDDINGS = None if config["embeddings"] == "none" else config["embeddings"]


def check_embeddings():
    """Look at the user's own file before any work."""
    if EMBEDDINGS and EMBEDDINGS["file"]:
        counted = CLASS_COUNTS is not None and not config["dataset"]["max_rejected_share"]
        ask(check_user_file, EMBEDDINGS, sum(CLASS_COUNTS.values()) if counted else None)


check_embeddings()


def get_embedding_memory(wildcards, attempt):
    """Megabytes for a job that computes features: a batch and the network, more on each attempt."""
    return 4000 * attempt


def get_embeddings():
    """The features of the training and validation images as named inputs of the audit, in every color of the grid."""
    if not EMBEDDINGS:
        return {}
    inputs = {}
    for split in ("train", "validation"):
        stems = [f"results/{{experiment}}/embeddings/{split}{mark_color(color)}" for color in COLORS]
        inputs[f"{split}_embeddings"] = ancient([f"{stem}.npy" for stem in stems])
        inputs[f"{split}_embedding_digests"] = [f"{stem}.digests.json" for stem in stems]
    return inputs
