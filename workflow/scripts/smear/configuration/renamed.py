"""Keys and values of the configuration that had another name in version 0.1: they are read, with a hint."""

RENAMED_KEYS = {("fields", "similarity"): "threshold"}
RENAMED_VALUES = {("fields", "search", "landmarks"): "keypoints"}


def rename_old_names(config: dict) -> list[str]:
    """Give `config` the names of today, in place; returns a sentence for each old one.

    An old key beside the new one stays, and is refused as unknown with the others.
    """
    hints = []
    for (section, old), new in RENAMED_KEYS.items():
        part = config.get(section)
        if isinstance(part, dict) and old in part and new not in part:
            part[new] = part.pop(old)
            hints.append(f"{section}.{old} is called {section}.{new} now; the old name is still read, rename it.")
    for (section, key, old), new in RENAMED_VALUES.items():
        part = config.get(section)
        if isinstance(part, dict) and part.get(key) == old:
            part[key] = new
            hints.append(f"{section}.{key}: {old} is called {new} now; the old name is still read, rename it.")
    return hints
