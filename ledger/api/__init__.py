"""HTTP for machines: routes, authentication, and errors told as problem+json."""
