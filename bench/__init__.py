"""How fast, and how large: measurements of the main paths, each printed with its conditions."""
