"""Whole ways of dossiers through the API, from the opening to the end: scripts as data, and the driver that sends them."""
