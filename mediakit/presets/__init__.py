"""Who publishes: the brand preset, its schema, loading, inheritance, and the recipe of one deliverable."""
