"""The checks, by subject. Each is a function of the world; `catalogue` lists them for an environment."""
