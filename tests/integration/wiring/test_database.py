"""The key of the embedded default: made before its database, and never in the place of one that is lost."""

import pytest

from service.domain.errors import SetupError
from service.settings import Settings
from service.wiring.database import current_database


def test_a_key_that_is_lost_is_told_of_and_not_made_anew(tmp_path):
    settings = Settings(data=tmp_path / "data")
    current_database(settings).close()
    key = settings.data / "key"
    key.unlink()
    with pytest.raises(SetupError, match="the key file cannot be read"):
        current_database(settings)
    assert not key.exists()
