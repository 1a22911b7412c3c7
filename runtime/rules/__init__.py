"""FEEL expressions and DMN decision tables; pure."""
