"""HTTP for machines: every route, every refusal, streams over real connections."""
