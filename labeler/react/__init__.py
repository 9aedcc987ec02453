"""What happens when the detector sees something: rules, when they apply, and what is done."""
