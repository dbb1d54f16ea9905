"""Floor 0: what everything stands on, without web and without domain."""
