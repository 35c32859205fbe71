"""Files that people hand in as evidence: what is taken, where it is kept, and who looks for harm in it. Imports no Django."""
