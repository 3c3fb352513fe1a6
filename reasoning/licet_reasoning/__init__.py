"""Lineage closure, licensing situations, rules, findings and their explanations."""
