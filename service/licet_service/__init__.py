"""The SPARQL and HTTP service, and the command line."""
