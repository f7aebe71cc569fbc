"""The merge: docxtpl's templates compiled once and rendered many times (`engine.merge_template`)."""
