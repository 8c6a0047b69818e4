"""The command people type. It composes everything below, and may read the clock."""
