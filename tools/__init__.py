"""What developers run: make migration, make screenshots, make run's own set-up."""
