"""Whole journeys, over real TCP, as people and machines make them."""
