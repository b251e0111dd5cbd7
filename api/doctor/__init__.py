"""`hoso doctor`: what an installation needs, looked at part by part."""
