"""The TM Forum faces under /tmf-api."""
