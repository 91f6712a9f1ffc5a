"""Names of an earlier version in a configuration."""

import pytest
from smear.configuration.completion import complete_configuration
from smear.configuration.renamed import RENAMED_KEYS, RENAMED_VALUES, rename_old_names
from smear.job import UserError
from test_configuration import BASE, SCHEMA


def test_old_names_mean_what_the_new_ones_mean_and_a_hint_says_so():
    config = BASE | {"fields": {"similarity": 7, "search": "landmarks"}}
    completed = complete_configuration(config, SCHEMA)
    assert completed == complete_configuration(BASE | {"fields": {"threshold": 7, "search": "keypoints"}}, SCHEMA)
    hints = rename_old_names(config)
    assert len(hints) == len(RENAMED_KEYS) + len(RENAMED_VALUES)
    assert hints[0].startswith("fields.similarity is called fields.threshold now")
    assert rename_old_names(config) == [], "the names are new now"


def test_an_old_name_beside_the_new_one_is_unknown():
    with pytest.raises(UserError, match="unknown key similarity in fields"):
        complete_configuration(BASE | {"fields": {"similarity": 7, "threshold": 8}}, SCHEMA)


@pytest.mark.parametrize("odd", [None, [], "all", 3])
def test_a_section_of_another_kind_is_left_to_the_schema(odd):
    config = {"fields": odd}
    assert rename_old_names(config) == []
    assert config == {"fields": odd}
