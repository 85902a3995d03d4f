"""Texts of documents to canonical values and back: converters, codes, zones, references and the tiny language."""
