"""What the catalogue speaks to outside of this process. Imports nothing here: the reader of documents starts below it, bare."""
