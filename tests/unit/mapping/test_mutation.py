"""Change any cell of a shipped table, and its lint or one of its tests notices."""

import pytest

from tests.table_mutation import MAPPINGS, Shipped


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    return Shipped()


@pytest.mark.parametrize("name", sorted(path.stem for path in (MAPPINGS / "tables").glob("*.yaml")))
def test_no_changed_cell_goes_unnoticed(shipped: Shipped, name: str) -> None:
    count, alive = shipped.survivors(name)
    assert count > 0
    assert alive == []
