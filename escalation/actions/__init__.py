"""Every change to a dispute: one function and one transaction each."""
