"""What really happens to orders."""
