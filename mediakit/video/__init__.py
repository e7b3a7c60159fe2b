"""Clips: probe, sample, build the filtergraph, render, cover."""
