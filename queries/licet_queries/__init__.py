"""The library of SPARQL queries and rules, and its loader."""
