"""Coverage-guided fuzzing of the rule language: `make fuzz`."""
