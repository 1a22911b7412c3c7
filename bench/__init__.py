"""How fast Orderloom is, beside its peers; never part of the tests."""
