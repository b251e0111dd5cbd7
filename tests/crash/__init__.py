"""Everything killed at random moments under load, and nothing lost, half done, or done twice."""
