# Helpers of reproduction.smk and report.smk: published figures, and what the paper's claims are judged by. No rule is defined here.
# Takes: the names that common.smk gives.

from smear.split.variants import name_image_split

PUBLISHED_FILES = {
    "reference": "resources/leukemia.sha256",
    "published": "resources/fajrina2024.json",
    "others": "resources/published_results.json",
}
REPRODUCTION_FILES = {
    "reference": PUBLISHED_FILES["reference"],
    "published": PUBLISHED_FILES["published"],
    "template": "workflow/report/reproduction.html.j2",
    "style": "workflow/report/page.css",
}
# The folders of both splits by the names that `judge_claims.py` has for them.
JUDGED = {"image": f"results/{name_image_split('{experiment}')}", "field": "results/{experiment}"}


def name_judged_files():
    """What the claims are judged by, of both splits, as named inputs."""
    files = {}
    for split, folder in JUDGED.items():
        files |= {
            f"{split}_replicates": f"{folder}/comparison/replicates.csv",
            f"{split}_predictions": [f"{folder}/cells/{cell}/validation_predictions.csv" for cell in CELLS],
            f"{split}_test_predictions": f"{folder}/report/test_predictions.csv",
            f"{split}_manifest": ancient(f"{folder}/split/manifest.csv"),
            f"{split}_audit": f"{folder}/split/audit.json",
        }
    return files


def name_judged_records():
    """The digest records of these files."""
    names = ["comparison/leaderboard.digests.json", "report/digests.json", "split/digests.json"]
    names += [f"cells/{cell}/digests.json" for cell in CELLS]
    return [f"{folder}/{name}" for folder in JUDGED.values() for name in names]


def get_claims_files():
    """What the report shows of the claims, as named inputs, where they are judged."""
    if not config["reproduction"]:
        return {}
    folder = "results/{experiment}/reproduction"
    return {
        "claims": f"{folder}/claims.csv",
        "claims_setting": f"{folder}/setting.json",
        "claims_svg": f"{folder}/claims.svg",
        "claims_looks": f"{folder}/test_looks.csv",
        "claims_digests": ancient(name_records(folder, "page") + [f"{folder}/digests.json"]),
    }
