"""The page of runs side by side: curves, settings, costs, budgets, and what can be taken along."""
