"""Every change to who and what: one function and one transaction each."""
