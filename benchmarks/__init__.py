"""Speed, measured side by side: each benchmark runs its two sides in turn and prints the ratio."""
