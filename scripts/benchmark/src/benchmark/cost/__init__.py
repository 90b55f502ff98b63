"""What tasks cost: the model behind docs/cost.md, its tables, and the measurements it is computed from."""
