"""Signing in by a real OpenID provider, run beside the tests."""
