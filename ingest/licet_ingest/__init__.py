"""Sources of models and licenses, their records, and the snapshot store."""
