"""What people see of a register: `draw` makes pictures of entries, `site` serves the pages."""
