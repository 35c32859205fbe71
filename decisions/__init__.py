"""What was decided, who signed it off, how it went to the board and how it is proved."""
