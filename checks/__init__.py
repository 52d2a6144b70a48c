"""Checks that need more than a clone: documents and schemas that lie beside this folder."""
