"""Many documents over an Executor."""
