"""A made-up split: its audit, the evidence for fields, the repeat captures across splits."""

import numpy as np
import pandas as pd


def audit_of(classes: list[str]) -> dict:
    """Return the audit of a split by field."""
    return {
        "unit": "field",
        "seed": 0,
        "fractions": {"train": 0.8, "validation": 0.1, "test": 0.1},
        "promise": "Images of one microscope field are all in one split.",
        "images": sum(995 + 3 * k for k in range(len(classes))),
        "fields": 777,
        "folds": [],
        "images_kept": 0,
        "images_moved": 0,
        "counts": {
            split: {name: count + k for k, name in enumerate(classes)}
            for split, count in {"train": 800, "validation": 98, "test": 97}.items()
        },
        "images_with_sibling": 812,
        "images_with_sibling_across_splits": 0,
        "images_with_sibling_across_folds": 0,
        "start_weights": None,
    }


def audit_labels_of(labels: dict[str, list[str]]) -> dict:
    """Return what the audit of a split holds besides, where classes are merged."""
    sources = sorted(source for parts in labels.values() for source in parts)
    counts = {"train": 300, "validation": 30, "test": 20}
    return {
        "labels": labels,
        "source_counts": {
            split: {name: count + k for k, name in enumerate(sources)} for split, count in counts.items()
        },
    }


FIELDS = {
    "pairs": 1350,
    "pairs_compared": 5_299_140,
    "largest_field": 19,
    "threshold": 7.26,
    "pairs_by_chance": 0.16,
    "chance": {"location": 12.04, "scale": 2.35},
}


def evidence_of() -> pd.DataFrame:
    """Return how many pairs have which evidence, as `field_evidence.csv` does."""
    random = np.random.default_rng(0)
    edges = np.arange(0, 14.6, 0.1).round(6)
    sample = np.sqrt(random.gumbel(12.04, 2.35, 4_000))
    matches = random.uniform(7.3, 14.5, 1350)
    registered = np.concatenate([random.normal(5, 0.3, 7000), matches])
    return pd.DataFrame(
        {
            "evidence": edges[:-1],
            "random_pairs": np.histogram(sample, edges)[0],
            "registered_pairs": np.histogram(registered, edges)[0],
            "matches": np.histogram(matches, edges)[0],
        }
    )


def repeats_of(images: int) -> pd.DataFrame:
    """Return the siblings across splits by unit and seed, as `siblings.csv` does."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "unit": unit,
                "seed": seed,
                "images": images,
                "images_with_sibling_across_splits": random.integers(280, 330) if unit == "image" else 0,
            }
            for unit in ("image", "field", "stain")
            for seed in range(20)
        ]
    )
