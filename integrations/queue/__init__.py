"""Hands planned effects to whoever performs them. It knows neither what an effect does nor where it is kept."""
