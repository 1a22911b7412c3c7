"""One file per kind of outside system."""
