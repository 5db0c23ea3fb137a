"""Clinical sheets and identifiers, validated before anything is computed."""
