"""Parts of the section on treatment response: effects, medicines, who gains."""
