"""Placing whole groups of images, so that every place (a split, or a fold) gets its number of images of every class."""

import hashlib

import numpy as np
import pandas as pd

# Swaps are searched among so many groups of each place: enough to come within an image, and bounded for large sets.
SWAPPED = 400
EMPTY = 10**6


def hash_fraction(seed: int, name: str) -> float:
    """A number from 0 to 1, uniform over names and seeds, whatever other images there are: hash assignment."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def assign_groups(images: pd.DataFrame, targets: pd.DataFrame, seed: int, kept: pd.Series | None = None) -> pd.Series:
    """The place of each image: a column of `targets`.

    images: `image_id,class,group`, any order. targets: images of each class (rows) in each place (columns), which add
    up to the class. kept: places that images, its index, already have. A group follows the most of its kept images and
    moves only where it joins others; the rest is drawn by a hash. The numbers meet the targets as closely as whole
    groups allow: exactly where there are enough single images.
    """
    plan = Plan(images, targets, seed)
    plan.keep(images, pd.Series(dtype=object) if kept is None else kept)
    plan.draw_large_groups(seed)
    plan.fill_with_single_images()
    plan.improve()
    return pd.Series(targets.columns.to_numpy()[plan.place[plan.group_of_image]], index=images.index)


class Plan:
    """Groups, in the order of their hashes, and the places that they have so far.

    counts: images by group and class. room: images by class and place that are still wanted, negative where there are
    too many. place: that of each group, -1 for none yet. fixed: groups that stay where they are.
    """

    def __init__(self, images: pd.DataFrame, targets: pd.DataFrame, seed: int):
        table = pd.crosstab(images["group"], images["class"]).reindex(columns=targets.index, fill_value=0)
        table = table.loc[sorted(table.index, key=lambda name: hash_fraction(seed, str(name)))]
        self.names = table.index
        self.counts = table.to_numpy()
        self.targets = targets.to_numpy()
        self.columns = list(targets.columns)
        self.room = self.targets.copy()
        self.place = np.full(len(table), -1)
        self.fixed = np.zeros(len(table), bool)
        self.group_of_image = self.names.get_indexer(images["group"])

    def put(self, group: int, place: int) -> None:
        self.place[group] = place
        self.room[:, place] -= self.counts[group]

    def keep(self, images: pd.DataFrame, kept: pd.Series) -> None:
        """Put each group where most of its kept images are."""
        places = images["image_id"].map(kept).map({name: number for number, name in enumerate(self.columns)})
        known = places.notna().to_numpy()
        votes = np.zeros((len(self.names), len(self.columns)), int)
        np.add.at(votes, (self.group_of_image[known], places[known].astype(int)), 1)
        for group in np.flatnonzero(votes.any(axis=1)):
            self.put(group, int(votes[group].argmax()))
            self.fixed[group] = True

    def draw_large_groups(self, seed: int) -> None:
        """Put each group of several images where its hash falls, or where most room is if it has none there.

        Placing large groups by room alone would put all repeat captures into train.
        """
        ends = np.cumsum(self.targets.sum(axis=0)) / self.targets.sum()
        for group in np.flatnonzero((self.place < 0) & (self.counts.sum(axis=1) > 1)):
            slack = np.where(self.counts[group][:, None] > 0, self.room - self.counts[group][:, None], EMPTY).min(
                axis=0
            )
            drawn = int(np.searchsorted(ends[:-1], hash_fraction(seed + 1, str(self.names[group])), side="right"))
            self.put(group, drawn if slack[drawn] >= 0 else int(slack.argmax()))

    def fill_with_single_images(self) -> None:
        """Put the images that are their own group where they are wanted, class by class."""
        waiting = self.place < 0
        for label in range(self.counts.shape[1]):
            groups = np.flatnonzero(waiting & (self.counts[:, label] > 0))
            wanted = np.repeat(np.arange(len(self.columns)), self.room[label].clip(0))
            for group, place in zip(groups, wanted, strict=False):
                self.put(group, int(place))

    def improve(self) -> None:
        """Move one group, or swap two, as long as that brings the numbers closer to their targets."""
        while self.room.any():
            changes = [*self.find_moves(), *self.find_swaps()]
            gain, moves = min(changes, key=lambda change: change[0], default=(0, ()))
            if gain >= 0:
                return
            for group, place in moves:
                self.room[:, self.place[group]] += self.counts[group]
                self.put(group, place)

    def find_moves(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """The best move from every place to every other, as (change of cost, [(group, place)])."""
        found = []
        for start, end in self.pairs():
            groups = np.flatnonzero((self.place == start) & ~self.fixed)
            if len(groups):
                change = self.change(start, end, self.counts[groups])
                best = int(change.argmin())
                found.append((int(change[best]), [(int(groups[best]), end)]))
        return found

    def find_swaps(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """The best swap of two groups between every two places, as (change of cost, [(group, place), …])."""
        found = []
        for start, end in self.pairs():
            here, there = (np.flatnonzero((self.place == side) & ~self.fixed)[:SWAPPED] for side in (start, end))
            if start < end and len(here) and len(there):
                change = self.change(start, end, self.counts[here][:, None] - self.counts[there][None])
                first, second = np.unravel_index(change.argmin(), change.shape)
                found.append((int(change[first, second]), [(int(here[first]), end), (int(there[second]), start)]))
        return found

    def pairs(self) -> list[tuple[int, int]]:
        places = range(len(self.columns))
        return [(start, end) for start in places for end in places if start != end]

    def change(self, start: int, end: int, moved: np.ndarray) -> np.ndarray:
        """The change of cost when `moved` images, (…, classes), go from one place to another."""
        sides = [start, end]
        room, targets = self.room[:, sides], self.targets[:, sides]
        return cost(room + np.stack([moved, -moved], axis=-1), targets) - cost(room, targets)


def cost(room: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """How far numbers are from their targets, (…, classes, places), in all; a class that is missing counts for much."""
    empty = (room == targets) & (targets > 0)
    return (np.abs(room) + EMPTY * empty).sum(axis=(-1, -2))
