"""The built-in functions of FEEL, a file per family (DMN 1.5, 10.3.4)."""
