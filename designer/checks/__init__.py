"""What is wrong with definitions before they are published: one module for each kind of definition."""
