"""The domain: exhaustive small cases, known answers, one named lie per vector."""
