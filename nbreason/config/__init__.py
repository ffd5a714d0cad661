"""Settings, addresses of providers, and keys."""
