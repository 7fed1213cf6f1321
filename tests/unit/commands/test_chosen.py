"""Commands that are imported once they are chosen."""

import pytest

from service.__main__ import COMMANDS
from service.commands.chosen import command_at
from service.commands.feeds import FEED_TOOLS
from service.commands.mappings import MAPPING_TOOLS


@pytest.mark.parametrize(("name", "place"), (COMMANDS | MAPPING_TOOLS | FEED_TOOLS).items())
def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with(name, place):
    paragraph, _, _ = command_at(name, place).help.partition("\n\n")
    assert " ".join(paragraph.split()) == place.summary
