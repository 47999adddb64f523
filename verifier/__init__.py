"""The verifier that goes into every exported bundle: one file, which needs nothing but Python."""
