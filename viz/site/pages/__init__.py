"""What the templates need of each page: pure functions of the views that `Queries` gives."""
