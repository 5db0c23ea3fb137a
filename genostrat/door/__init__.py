"""The command ``genostrat``: a door to the workflow and the library, nothing more."""
