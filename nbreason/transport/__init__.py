"""HTTP.  The only place that imports httpx, and the only place where a key is opened."""
