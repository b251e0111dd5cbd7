"""The law as data: rulebooks, the calendar of working days, and time limits that explain themselves."""
