"""A hall that is simulated whole: both doors, their journals, the centre; people and faults."""
