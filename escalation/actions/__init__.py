"""Every change to a dispute: one function and one transaction each; a file for each noun."""
