"""How contigs and assemblies are called, in every kind of file."""
