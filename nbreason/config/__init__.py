"""Settings, endpoints, keys and logins."""
