"""Nothing: CPython's tests of import want a module of this name, most of them without using it."""
