"""The pages: words, links, headers, structure, and what they do in a browser."""
