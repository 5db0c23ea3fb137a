"""Tables of the strata stage."""

from genostrat.registry.spec import Column, Table

TABLES: tuple[Table, ...] = ()
