"""Reports: diagnoses that are kept, so that a page reads what was found instead of looking for it."""
