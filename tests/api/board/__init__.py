"""The board over HTTP, without a browser: who passes, what is refused, what is kept."""
