"""The page where a person looks around: linked views of single patients."""
