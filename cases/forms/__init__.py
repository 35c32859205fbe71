"""The forms of this package and what every form of the product stands on."""
