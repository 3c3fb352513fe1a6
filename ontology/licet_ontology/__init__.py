"""The Licet ontology, its readings, alignments and shapes, and the license catalogue."""
