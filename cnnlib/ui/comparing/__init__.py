"""The page of networks side by side: which ones, what they cost, what runs of them reached."""
