"""Made-up predictions of images in groups, such as patients with photographs."""

import numpy as np
import pandas as pd


def predict(groups: int, classes: list[str], pure: bool = False, images: int = 30, seed: int = 0) -> tuple:
    """Predictions of some images in each of the groups, and their levels `patient` and `photo`.

    pure: whether all images of a patient have one label; else each patient has a share of its own.
    """
    random = np.random.default_rng(seed)
    rows = []
    for patient in range(groups):
        shares = np.eye(len(classes))[patient % len(classes)] if pure else random.dirichlet(np.ones(len(classes)))
        skill = random.uniform(0.6, 1)
        for number in range(random.integers(2, images + 2)):
            label = int(random.choice(len(classes), p=shares))
            chosen = label if random.random() < skill else int(random.integers(len(classes)))
            probabilities = np.full(len(classes), 0.1 / len(classes))
            probabilities[chosen] += 0.9
            columns = {f"prob_{name}": p for name, p in zip(classes, probabilities, strict=True)}
            image_id = f"{classes[label]}/C{patient}_{number % 4}_{number}.png"
            names = {"patient": f"C{patient}", "photo": f"C{patient}/{number % 4}"}
            rows.append({"image_id": image_id, "label": label, "predicted": chosen, **columns} | names)
    table = pd.DataFrame(rows)
    return table.drop(columns=["patient", "photo"]), table.set_index("image_id")[["patient", "photo"]]
