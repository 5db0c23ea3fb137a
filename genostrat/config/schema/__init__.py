"""The schema of the configuration: keys, types and meaning, a module a section."""
