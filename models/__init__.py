"""What things are: the law as data, tables, and the store."""
