"""From pairs to fields."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def group_fields(image_ids: pd.Series, pairs: pd.DataFrame) -> pd.DataFrame:
    """`image_id,field_id`: connected components of the pairs (`first,second`); a field is named by its first image."""
    places = pd.Series(np.arange(len(image_ids)), index=image_ids)
    edges = places[pairs["first"]].to_numpy(), places[pairs["second"]].to_numpy()
    graph = coo_array((np.ones(len(pairs), bool), edges), shape=(len(image_ids),) * 2)
    component = connected_components(graph, directed=False)[1]
    ids = pd.Series(image_ids.to_numpy())
    return pd.DataFrame({"image_id": ids, "field_id": ids.groupby(component).transform("min")})
