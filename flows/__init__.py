"""What happens: the engine, its guards, and the flows that follow an act or the clock."""
