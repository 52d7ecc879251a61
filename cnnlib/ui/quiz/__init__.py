"""The quiz's page: the card with the layer, the answer, the score."""
